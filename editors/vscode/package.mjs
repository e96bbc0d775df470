// Makes the packages for VS Code, one per platform, each with the server inside:
//
//   node package.mjs [--host]
//
// --host makes only this machine's own. They land in dist-vsix/; sizes are printed.
import { createVSIX } from '@vscode/vsce';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thirdPartyNotices } from './notices.mjs';
import { bundle } from './sentences.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const out = join(here, 'dist-vsix');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

const goSystems = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const goMachines = { x64: 'amd64', arm64: 'arm64' };

function buildServer(system, machine) {
  const name = system === 'win32' ? 'rigrun-lsp.exe' : 'rigrun-lsp';
  execFileSync('make', ['-s', 'build', `BINARY=${join(here, 'server', name)}`, `VERSION=v${version}`], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, GOOS: goSystems[system], GOARCH: goMachines[machine] },
  });
}

async function makePackage(target) {
  const [system, machine] = target.split('-');
  rmSync(join(here, 'server'), { recursive: true, force: true });
  buildServer(system, machine);
  const packagePath = join(out, `rigrun-${target}-${version}.vsix`);
  await createVSIX({ cwd: here, target, packagePath, dependencies: false });
  console.log(`${packagePath}: ${(statSync(packagePath).size / 1e6).toFixed(1)} MB`);
}

const all = Object.keys(goSystems).flatMap((system) =>
  Object.keys(goMachines).map((machine) => `${system}-${machine}`),
);
// vsce gives every file in a package this time: the same commit gives the same bytes.
process.env.SOURCE_DATE_EPOCH ??= execFileSync('git', ['log', '-1', '--format=%ct'], {
  encoding: 'utf8',
}).trim();
const wanted = process.argv.includes('--host') ? [`${process.platform}-${process.arch}`] : all;

execFileSync(process.execPath, [join(here, 'esbuild.mjs')], { cwd: here, stdio: 'inherit' });
mkdirSync(out, { recursive: true });
copyFileSync(join(root, 'LICENSE'), join(here, 'LICENSE'));
writeFileSync(join(here, 'dist/third-party-notices.txt'), await thirdPartyNotices(here));
mkdirSync(join(here, 'l10n'), { recursive: true });
writeFileSync(join(here, 'l10n/bundle.l10n.json'), `${JSON.stringify(bundle(here), undefined, 2)}\n`);
try {
  for (const target of wanted) await makePackage(target);
} finally {
  rmSync(join(here, 'server'), { recursive: true, force: true });
  rmSync(join(here, 'LICENSE'), { force: true });
}
