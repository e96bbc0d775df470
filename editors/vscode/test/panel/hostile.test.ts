// Whatever a model answers, and whatever a file, a server or a person is called: it is
// text. It runs nothing, asks the network for nothing, lies over nothing and leaves the
// panel as quick as it was. The page's own policy holds here as it does in VS Code.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser } from 'playwright-core';

import { launchChromium } from '../chromium';
import { PanelPage } from './harness';
import { hostile, type Hostile } from './hostile';
import { answerEnd, init, question, route } from './samples';

/** The longest an answer may take to show, in milliseconds: far above what it takes, for busy machines. */
const PATIENCE = 120_000;
/** Elements a rendered answer may be made of: those of Markdown, and the panel's own. */
const ELEMENTS = new Set(
  (
    'A BLOCKQUOTE BR BUTTON CODE DEL DIV EM H1 H2 H3 H4 H5 H6 HR LI OL P PRE S SPAN STRONG TABLE TBODY TD TH ' +
    'THEAD TR UL'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  'align aria-label class data-href dir hidden role start tabindex title type'.split(' '),
);

let browser: Browser;
let panel: PanelPage;
let request = 0;

before(async () => {
  browser = await launchChromium();
  panel = await PanelPage.open(browser);
  await panel.tell(init());
  await panel.sent();
});

after(async () => {
  await browser.close();
});

for (const one of hostile) {
  test(one.name, { timeout: 2 * PATIENCE }, async () => {
    await panel.tell({ type: 'conversation', conversation: null });
    await stream(one);
    await nothingHappened();
    await isText(one);
    await stillWorks();
  });
}

/** The answer in pieces of uneven size, as tokens are. */
async function stream({ text }: Hostile): Promise<void> {
  request += 1;
  const id = `hostile-${request}`;
  await panel.tell(
    { type: 'asked', request, question: question(id, 'hostile') },
    { type: 'route', request, route },
  );
  const from = await panel.page.evaluate(() => performance.now());
  await panel.page.evaluate(
    async ({ text, request }) => {
      const step = Math.max(7, Math.ceil(text.length / 300));
      for (let at = 0; at < text.length; at += step) {
        const data = { type: 'text', request, text: text.slice(at, at + step) };
        window.dispatchEvent(new MessageEvent('message', { data }));
        if (at % (step * 10) === 0) await new Promise((done) => requestAnimationFrame(done));
      }
    },
    { text, request },
  );
  await panel.tell({ type: 'done', request, end: answerEnd(`${id}-answer`, 'c') });
  await panel.page.waitForFunction(() => !document.querySelector('.tail'), undefined, { timeout: PATIENCE });
  await panel.settle();
  const took = (await panel.page.evaluate(() => performance.now())) - from;
  assert.ok(took < PATIENCE, `took ${took.toFixed()} ms`);
}

async function nothingHappened(): Promise<void> {
  const found = await panel.page.evaluate(() => ({
    pwned: 'pwned' in window,
    address: location.href,
    frames: window.frames.length,
    refused: window.broken,
    sheets: document.styleSheets.length,
    blocked: document.querySelectorAll('script').length,
  }));
  assert.deepEqual(found, {
    pwned: false,
    address: 'https://panel.test/',
    frames: 0,
    refused: [],
    sheets: 1,
    blocked: 1,
  });
  assert.deepEqual([panel.errors, panel.strays], [[], []]);
  assert.deepEqual(await panel.sent(), [], 'messages nobody caused');
}

async function isText({ shows }: Hostile): Promise<void> {
  const found = await panel.page.evaluate(() => {
    const nodes = [...document.querySelectorAll('.answer .text *')];
    return {
      text: document.querySelector('.answer .text')?.textContent ?? '',
      elements: [...new Set(nodes.map((node) => node.nodeName))],
      attributes: [...new Set(nodes.flatMap((node) => node.getAttributeNames()))],
      links: [...document.querySelectorAll<HTMLElement>('.answer .text a')].map(
        (link) => link.dataset['href'] ?? '',
      ),
    };
  });
  assert.deepEqual(
    found.elements.filter((name) => !ELEMENTS.has(name)),
    [],
  );
  assert.deepEqual(
    found.attributes.filter((name) => !ATTRIBUTES.has(name)),
    [],
  );
  for (const link of found.links) assert.match(link, /^(https?:\/\/|mailto:)/);
  if (shows !== undefined) assert.ok(found.text.includes(shows), found.text);
  assert.doesNotMatch(found.text, /[\u202A-\u202E\u2066-\u2069]/u);
}

async function stillWorks(): Promise<void> {
  const found = await panel.page.evaluate(() => {
    const field = document.querySelector<HTMLElement>('.composer textarea');
    const box = field?.getBoundingClientRect();
    return {
      onTop: box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === field,
      wider: document.documentElement.scrollWidth - window.innerWidth,
    };
  });
  assert.equal(found.onTop, true, 'the field can be clicked');
  assert.ok(found.wider <= 0, `wider than the view by ${found.wider} px`);
  await panel.page.locator('.composer textarea').fill('next');
  await panel.page.locator('.composer textarea').press('Enter');
  assert.deepEqual(
    (await panel.sent()).filter(({ type }) => type === 'send'),
    [{ type: 'send', text: 'next' }],
  );
}
