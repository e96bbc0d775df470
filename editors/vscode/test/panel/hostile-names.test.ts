// Names, titles, reasons, paths: every word that comes from outside stands in the panel
// as text, wherever it is shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ToPanel } from '../../src/panel-messages';
import { launchChromium } from '../chromium';
import { PanelPage } from './harness';
import { answerEnd, init, question, route } from './samples';

const EVIL = '<img src=x onerror="window.pwned=1"><style>*{display:none}</style>';

const chip = { id: EVIL, kind: 'file', label: EVIL, title: EVIL } as const;
const evilRoute = {
  ...route,
  tier: EVIL,
  backend: EVIL,
  model: EVIL,
  queryType: EVIL,
  reason: EVIL,
  forcedBy: EVIL,
  fallbackFrom: EVIL,
};

function everywhere(): ToPanel[] {
  const end = answerEnd(EVIL, 'c', {
    route: { ...route, ...evilRoute },
    redactions: [{ kind: EVIL, uri: `file:///${EVIL}`, line: 1, placeholder: EVIL }],
  });
  return [
    init({
      models: [{ id: EVIL, label: EVIL, tier: EVIL, isDefault: false }],
      marking: { level: 'CUI', blocksCloud: EVIL },
      examples: [EVIL],
    }),
    { type: 'chips', chips: [chip] },
    { type: 'asked', request: 1, question: question('q', EVIL, [chip]) },
    { type: 'route', request: 1, route: { ...route, ...evilRoute } },
    { type: 'thinking', request: 1, text: EVIL },
    { type: 'step', request: 1, step: { tool: EVIL, detail: EVIL, ok: false } },
    { type: 'text', request: 1, text: `\`\`\`go ${EVIL}.go\n${EVIL}\n\`\`\`\n` },
    { type: 'done', request: 1, end },
    {
      type: 'applied',
      block: { messageId: EVIL, index: 0 },
      outcome: { state: 'refused', reason: EVIL },
    },
    { type: 'asked', request: 2, question: question('q2', EVIL) },
    {
      type: 'failed',
      request: 2,
      failure: { kind: EVIL, message: EVIL, hint: EVIL, action: { label: EVIL, command: 'logs' } },
    },
    { type: 'notice', text: EVIL },
  ];
}

test('words from outside are text everywhere', async () => {
  const browser = await launchChromium();
  try {
    const panel = await PanelPage.open(browser);
    await panel.tell(...everywhere());
    await panel.settle();
    const seen = await panel.page.evaluate((evil) => document.body.textContent.split(evil).length - 1, EVIL);
    assert.ok(seen >= 15, `shown as text ${seen} times`);
    await panel.tell(
      { type: 'show', view: 'conversations' },
      {
        type: 'conversations',
        query: '',
        items: [
          {
            summary: {
              conversationId: EVIL,
              title: EVIL,
              createdAt: EVIL,
              updatedAt: EVIL,
              messageCount: 1,
              model: EVIL,
              costCents: 0,
              classification: 'UNCLASSIFIED',
            },
            snippets: [EVIL],
          },
        ],
      },
    );
    await panel.settle();
    assert.equal(await panel.page.locator('.conversation-title').textContent(), EVIL);
    const found = await panel.page.evaluate(() => [
      'pwned' in window,
      document.querySelectorAll('img, style, iframe, svg').length,
      window.broken.length,
    ]);
    assert.deepEqual(found, [false, 0, 0]);
    assert.deepEqual([panel.errors, panel.strays], [[], []]);
  } finally {
    await browser.close();
  }
});

test('what is no message of the extension is not heard', async () => {
  const browser = await launchChromium();
  try {
    const panel = await PanelPage.open(browser);
    await panel.tell(init());
    await panel.page.evaluate(() => {
      for (const data of [
        null,
        1,
        'x',
        [],
        {},
        { type: 'text' },
        { type: 'toString' },
        { type: 'asked', request: 1 },
      ]) {
        window.dispatchEvent(new MessageEvent('message', { data }));
      }
    });
    await panel.settle();
    assert.deepEqual(panel.errors, []);
    assert.equal(await panel.page.locator('.turn').count(), 0);
  } finally {
    await browser.close();
  }
});
