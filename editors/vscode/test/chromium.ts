// Starts the Chromium that is installed: tests never download a browser.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium, type Browser } from 'playwright-core';

import { environment } from './photographs.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of Chromium: $CHROMIUM, or the first of the names above on PATH. */
export function findChromium(): string {
  const own = process.env['CHROMIUM'];
  if (own !== undefined && own !== '') return own;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  }
  throw new Error('no Chromium on PATH: install it ("apt-get install chromium"), or name it in $CHROMIUM');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A headless Chromium with a profile of its own, which asks the network for nothing. */
export function launchChromium(...options: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    env: environment,
    args: [
      '--no-sandbox', // root in a container has no other way
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
      ...options,
    ],
  });
}
