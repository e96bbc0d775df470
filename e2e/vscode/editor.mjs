// VS Code as a person has it: code-server with the packaged extension, in Chromium.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { environment } from '../../editors/vscode/test/photographs.mjs';

const require = createRequire(join(import.meta.dirname, '../../editors/vscode/package.json'));
const { chromium } = require('playwright-core');

const quiet = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'editor.minimap.enabled': false,
  'workbench.tips.enabled': false,
};

/**
 * Writes the settings, ours where VS Code looks for those of the machine that the
 * extensions run on: here that is another one than the browser's.
 */
export function writeSettings(data, settings) {
  for (const folder of ['User', 'Machine']) {
    mkdirSync(join(data, folder), { recursive: true });
    writeFileSync(join(data, folder, 'settings.json'), JSON.stringify({ ...quiet, ...settings }));
  }
}

export async function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts it with the packaged extension, and with another one from a folder. */
export async function startEditor({ cache, vsix, other, scratch, settings, workspace }) {
  const node = join(cache, 'node24/node_modules/node/bin/node');
  const entry = join(cache, 'cs/node_modules/code-server/out/node/entry.js');
  const data = join(scratch, 'data');
  rmSync(scratch, { recursive: true, force: true });
  cpSync(workspace, join(scratch, 'workspace'), { recursive: true });
  cpSync(other, join(scratch, 'extensions/rigrun-e2e.helper-0.0.1'), { recursive: true });
  writeSettings(data, settings);
  const folders = ['--user-data-dir', data, '--extensions-dir', join(scratch, 'extensions')];
  const env = {
    ...process.env,
    HOME: scratch,
    XDG_STATE_HOME: join(scratch, 'state'),
    XDG_CONFIG_HOME: join(scratch, 'config'),
    XDG_CACHE_HOME: join(scratch, 'cache'),
    EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}',
  };
  delete env.VSCODE_IPC_HOOK_CLI;
  execFileSync(node, [entry, ...folders, '--install-extension', vsix], {
    env,
    stdio: 'pipe',
  });
  const port = await freePort();
  const flags = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry'];
  const more = ['--disable-update-check', '--disable-workspace-trust'];
  const code = spawn(node, [entry, ...flags, ...more, ...folders, join(scratch, 'workspace')], {
    env,
    detached: true,
    stdio: 'ignore',
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    env: environment,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
    ],
  });
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
  });
  page.setDefaultTimeout(60_000); // a busy machine takes its time
  const address = `http://127.0.0.1:${port}/`;
  await open(page, address);
  const close = async () => {
    await browser.close();
    process.kill(-code.pid, 'SIGTERM');
  };
  return { page, address, data, close };
}

/** Opens the window, as soon as the server answers. */
async function open(page, address) {
  for (let left = 120; ; left -= 1) {
    try {
      await page.goto(address);
      break;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  await page.waitForSelector('.monaco-workbench .activitybar', {
    timeout: 60_000,
  });
}

/** The frame of the chat panel, which is two frames down. */
export async function panelOf(page, timeout = 60_000) {
  const until = Date.now() + timeout;
  while (Date.now() < until) {
    for (const frame of page.frames()) {
      try {
        if ((await frame.locator('.composer .field').count()) > 0 && frame.parentFrame()?.parentFrame())
          return frame;
      } catch {
        continue; // the frame has gone meanwhile
      }
    }
    await page.waitForTimeout(100);
  }
  throw new Error('the chat panel did not come');
}
