// Runs the unit tests: each test/unit/*.test.ts is bundled for Node and handed to
// Node's own runner. Arguments are passed on to it.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const out = mkdtempSync(join(import.meta.dirname, '../node_modules/.unit-'));
try {
  await build({
    entryPoints: readdirSync(join(import.meta.dirname, 'unit'))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(import.meta.dirname, 'unit', name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const files = readdirSync(out).map((name) => join(out, name));
  const run = spawnSync(
    process.execPath,
    ['--enable-source-maps', '--test', ...process.argv.slice(2), ...files],
    {
      stdio: 'inherit',
    },
  );
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
