// The licences of everything that is bundled into the extension, as one text: the
// packages are those that esbuild has read, so that none can be forgotten.
import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of the packages in the bundles. */
async function bundledPackages(here) {
  const result = await build({
    entryPoints: ['src/extension.ts', 'webview/panel.ts'].map((name) => join(here, name)),
    absWorkingDir: here,
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'unused',
    platform: 'node',
    external: ['vscode'],
    loader: { '.ttf': 'file', '.svg': 'text' },
    logLevel: 'silent',
  });
  const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
  const found = Object.keys(result.metafile.inputs).flatMap((name) => folder.exec(name)?.[1] ?? []);
  return [...new Set(found)].sort();
}

/** The text of every bundled package's licence. A package without one fails the build. */
export async function thirdPartyNotices(here) {
  const parts = [];
  for (const name of await bundledPackages(here)) {
    const folder = join(here, name);
    const { name: title, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
    if (file === undefined || !existsSync(join(folder, file))) throw new Error(`${title} brings no licence`);
    parts.push(`${title} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`);
  }
  return parts.join(`\n${'-'.repeat(72)}\n\n`);
}
