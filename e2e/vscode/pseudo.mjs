// A language that nobody speaks: every text in brackets. It shows which texts can
// be translated, and that what is translated comes to the screen.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const locale = 'qps-ploc';

/** Puts the language into the extension that is installed in this folder. */
export function translate(extensions) {
  const name = readdirSync(extensions).find((one) => one.startsWith('rigrun.rigrun-'));
  const folder = join(extensions, name);
  for (const [from, to] of [
    ['package.nls.json', `package.nls.${locale}.json`],
    ['l10n/bundle.l10n.json', `l10n/bundle.l10n.${locale}.json`],
  ]) {
    const english = JSON.parse(readFileSync(join(folder, from), 'utf8'));
    const other = Object.entries(english).map(([key, text]) => [key, `⟦${text}⟧`]);
    writeFileSync(join(folder, to), JSON.stringify(Object.fromEntries(other)));
  }
}
