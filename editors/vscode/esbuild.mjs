// Bundles the extension and the panel into dist/. "--panel" does the panel alone,
// "--watch" builds again on each change; "--meta" prints the size of what each file adds.
import { analyzeMetafile, build, context } from 'esbuild';

const watch = process.argv.includes('--watch');
const panelOnly = process.argv.includes('--panel');
const shared = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

const targets = [
  {
    ...shared,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    ...shared,
    entryPoints: { panel: 'webview/panel.ts' },
    outdir: 'dist',
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    loader: { '.ttf': 'file', '.svg': 'text' },
    assetNames: '[name]',
  },
];

for (const target of panelOnly ? targets.slice(-1) : targets) {
  if (watch) {
    await (await context(target)).watch();
    continue;
  }
  const result = await build(target);
  if (process.argv.includes('--meta')) console.log(await analyzeMetafile(result.metafile));
}
