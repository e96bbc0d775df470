// Measures what a token costs in panels that hold more and more messages, and what
// opening such a conversation does. bench/growth calls it, and makes a plot of it:
//
//   GROWTH_FILE     where the samples go, as JSON: [{ name, samples: [[µs, …], …] }, …]
//   GROWTH_SIZES    "10,100": the numbers of messages
//   GROWTH_ROUNDS   how often each is measured

import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import type { Browser } from 'playwright-core';

import { installProbe } from '../bench/probe';
import { openClock, spent, streamPart, tokens } from '../bench/streaming';
import { launchChromium } from '../chromium';
import { PanelPage } from '../panel/harness';
import { init, messages, question, route } from '../panel/samples';

const TOKENS = 600;

const sizes = (process.env['GROWTH_SIZES'] ?? '10,30').split(',').map(Number);
const rounds = Number(process.env['GROWTH_ROUNDS'] ?? '1');
const file = process.env['GROWTH_FILE'];

let browser: Browser;

before(async () => {
  browser = await launchChromium();
});

after(async () => {
  await browser.close();
});

/** Microseconds of the processor for a token, and for opening the conversation. */
async function measure(count: number): Promise<{ token: number; opening: number }> {
  const panel = await PanelPage.open(browser, { before: `(${installProbe.toString()})()` });
  const clock = await openClock(panel.page);
  await panel.tell(init());
  await panel.settle(30);
  const start = await spent(clock);
  await panel.tell({
    type: 'conversation',
    conversation: { conversationId: 'c', title: 't', messages: messages(count / 2) },
  });
  await panel.settle(30);
  const opened = await spent(clock);
  await panel.tell(
    { type: 'asked', request: 1, question: question('q', 'Tell me all') },
    { type: 'route', request: 1, route },
  );
  await panel.settle(30);
  const asked = await spent(clock);
  await streamPart(panel.page, tokens(TOKENS));
  await panel.settle();
  const streamed = await spent(clock);
  await panel.close();
  return { token: ((streamed - asked) * 1000) / TOKENS, opening: (opened - start) * 1000 };
}

test('what messages cost', { timeout: 900_000 }, async () => {
  const token: number[][] = sizes.map(() => []);
  const opening: number[][] = sizes.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, count] of sizes.entries()) {
      const cost = await measure(count);
      token[at]?.push(cost.token);
      opening[at]?.push(cost.opening);
    }
  }
  const curves = [
    { name: 'a token of an answer', samples: token },
    { name: 'opening the conversation', samples: opening },
  ];
  if (file === undefined) console.log(curves);
  else writeFileSync(file, JSON.stringify(curves));
});
