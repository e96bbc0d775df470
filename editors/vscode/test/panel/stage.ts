// One Chromium for the tests of a file, and a panel of its own for each.

import { after, before, test } from 'node:test';

import type { Browser } from 'playwright-core';

import type { ToHost, ToPanel } from '../../src/panel-messages';
import { launchChromium } from '../chromium';
import { PanelPage, type OpenOptions } from './harness';
import { answerEnd, answerText, chips, init, question, route } from './samples';

/** Makes the function that declares tests, each with a panel to which `told` was said. */
export function stage(): (
  name: string,
  told: readonly ToPanel[],
  run: (panel: PanelPage) => Promise<void>,
  options?: OpenOptions,
) => void {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
  });
  return (name, told, run, options = {}) => {
    test(name, { timeout: 180_000 }, async () => {
      const panel = await PanelPage.open(browser, options);
      try {
        await panel.tell(...told);
        await panel.settle();
        await run(panel);
      } finally {
        await panel.close();
      }
    });
  };
}

/** What the panel said of one kind. */
export async function said<T extends ToHost['type']>(
  panel: PanelPage,
  type: T,
): Promise<Extract<ToHost, { type: T }>[]> {
  const is = (message: ToHost): message is Extract<ToHost, { type: T }> => message.type === type;
  return (await panel.sent()).filter(is);
}

export const streaming: readonly ToPanel[] = [
  init(),
  { type: 'chips', chips },
  { type: 'asked', request: 1, question: question('q1', 'What does this function do?', chips.slice(1)) },
  { type: 'route', request: 1, route },
  { type: 'text', request: 1, text: answerText },
];

export const answered: readonly ToPanel[] = [
  ...streaming,
  { type: 'done', request: 1, end: answerEnd('a1', 'c1') },
];

export const goCode = /```go pkg\/add\.go\n([^]*?)```/.exec(answerText)?.[1] ?? '';
