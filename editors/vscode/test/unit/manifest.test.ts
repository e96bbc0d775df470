import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** What a person reads of a manifest, by the names VS Code gives it. */
const shown = ['title', 'label', 'description', 'markdownDescription', 'fullName', 'displayName'];

/** Names that are the same in every language. */
const names = ['rigrun'];

/** Every text below a value that a person reads. */
function texts(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    typeof inner === 'string' ? (shown.includes(name) ? [inner] : []) : texts(inner),
  );
}

test('what the manifest says can be translated', () => {
  const manifest = read('package.json') as {
    description: string;
    contributes: { views: { rigrun: { name: string }[] } };
  };
  const english = read('package.nls.json') as Record<string, string>;
  const views = manifest.contributes.views.rigrun.map(({ name }) => name);
  const said = [manifest.description, ...views, ...texts(manifest.contributes)].filter(
    (text) => !names.includes(text),
  );
  const keys = said.map((text) => /^%(.+)%$/.exec(text)?.[1] ?? `not a key: ${text}`);
  assert.ok(keys.length > 50);
  assert.deepEqual([...new Set(keys)].sort(), Object.keys(english).sort());
});
