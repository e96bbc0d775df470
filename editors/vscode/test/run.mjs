// Runs the tests of one folder beside this file: each of its *.test.ts is bundled for
// Node and handed to Node's own runner, one after the other; "panel/hostile" takes those
// whose names begin so. Further arguments are passed on to the runner. The tests run in
// the extension's folder, without VS Code: test/fake stands in for it.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [what = 'unit', ...options] = process.argv.slice(2);
const [folder, first = ''] = what.split('/');
const out = mkdtempSync(join(import.meta.dirname, '../node_modules/.unit-'));
try {
  await build({
    entryPoints: readdirSync(join(import.meta.dirname, folder))
      .filter((name) => name.startsWith(first) && name.endsWith('.test.ts'))
      .map((name) => join(import.meta.dirname, folder, name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    alias: { vscode: './test/fake/vscode.ts' },
    sourcemap: 'inline',
    logLevel: 'warning',
    logOverride: { 'import-is-undefined': 'silent' }, // the fake has what the tests touch
  });
  const files = readdirSync(out).map((name) => join(out, name));
  const run = spawnSync(
    process.execPath,
    ['--enable-source-maps', '--test', '--test-concurrency=1', ...options, ...files],
    { stdio: 'inherit', cwd: join(import.meta.dirname, '..') },
  );
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
