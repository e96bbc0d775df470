// How an answer reads while it comes and after: in order, followed where it should be,
// spoken by the sentence, standing still, and back after a reload.

import assert from 'node:assert/strict';

import type { ToPanel } from '../../src/panel-messages';
import type { PanelPage } from './harness';
import { answerEnd, init, messages, question, route } from './samples';
import { answered, said, stage, streaming } from './stage';

const test = stage();
const stored: readonly ToPanel[] = [
  init(),
  { type: 'conversation', conversation: { conversationId: 'c', title: 't', messages: messages(20) } },
];
const distance = (panel: PanelPage) =>
  panel.page
    .locator('.log')
    .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
const text = (words: string): ToPanel => ({ type: 'text', request: 1, text: words });
const paragraphs = Array.from({ length: 300 }, (_, at) => `Paragraph ${at}.`);

test('the view follows from the end, and only from there', streaming, async (panel) => {
  await panel.tell(text(`\n\n${paragraphs.slice(0, 60).join('\n\n')}`));
  await panel.settle();
  assert.ok((await distance(panel)) < 2);
  await panel.page.locator('.log').hover();
  await panel.page.mouse.wheel(0, -600);
  await panel.page.locator('.jump').waitFor();
  const top = () => panel.page.locator('.log').evaluate((log) => log.scrollTop);
  const before = await top();
  await panel.tell(text(`\n\n${paragraphs.slice(60, 120).join('\n\n')}`));
  await panel.settle();
  assert.equal(await top(), before);
  await panel.page.locator('.jump').click();
  await panel.settle();
  assert.ok((await distance(panel)) < 2);
  assert.equal(await panel.page.locator('.jump').isVisible(), false);
});

for (const [name, told] of [
  [
    'that is stored',
    [
      init(),
      {
        type: 'conversation',
        conversation: {
          conversationId: 'c',
          title: 't',
          messages: messages(1, () => paragraphs.join('\n\n')),
        },
      },
    ],
  ],
  [
    'that comes at once',
    [
      ...streaming.slice(0, -1),
      text(paragraphs.join('\n\n')),
      { type: 'done', request: 1, end: answerEnd('a', 'c') },
    ],
  ],
] as const satisfies readonly (readonly [string, readonly ToPanel[]])[]) {
  test(`a long answer ${name} is whole, and in order`, told, async (panel) => {
    await panel.page.waitForFunction(() => !document.querySelector('.tail'));
    assert.deepEqual(await panel.page.locator('.text p').allTextContents(), paragraphs);
  });
}

test('a table and a list go on after very many rows', streaming.slice(0, -1), async (panel) => {
  const rows = Array.from({ length: 500 }, (_, at) => `| ${at} | x |`);
  const items = Array.from({ length: 500 }, (_, at) => `${at + 1}. item`);
  await panel.tell(text(`| a | b |\n|---|---|\n${rows.join('\n')}\n\n${items.join('\n')}\n`), {
    type: 'done',
    request: 1,
    end: answerEnd('a', 'c'),
  });
  await panel.page.waitForFunction(() => !document.querySelector('.tail'));
  assert.equal(await panel.page.locator('.text tbody tr').count(), 500);
  assert.equal(await panel.page.locator('.text li').count(), 500);
  const lists = await panel.page
    .locator('.text ol')
    .evaluateAll((all) => all.map((one) => [Number(one.getAttribute('start') ?? 1), one.childElementCount]));
  let next = 1;
  for (const [start, count = 0] of lists) {
    assert.equal(start, next, 'the numbers go on');
    assert.ok(count <= 250);
    next += count;
  }
  assert.equal(next, 501);
});

test('what arrives is said by the sentence', streaming.slice(0, -1), async (panel) => {
  const spoken = panel.page.locator('[aria-live="polite"]').filter({ hasText: 'half' });
  await panel.tell(text('This is '), text('half. And this'));
  await spoken.waitFor({ state: 'attached' });
  assert.equal(await spoken.textContent(), 'This is half.');
  assert.equal(await panel.page.getByRole('log').getAttribute('aria-live'), 'off');
});

test('nothing moves by itself', streaming, async (panel) => {
  await panel.page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.equal(await panel.page.evaluate(() => document.getAnimations().length), 0);
});

test('turns far from the view are empty, and come back', stored, async (panel) => {
  const built = () => panel.page.locator('.turn:has(.answer)').count();
  assert.ok((await built()) < 20, `${await built()} turns are built`);
  await panel.page.locator('.log').evaluate((log) => (log.scrollTop = 0));
  await panel.page.locator('.turn').first().locator('.question-text').waitFor();
  assert.match((await panel.page.locator('.turn').first().textContent()) ?? '', /Question 0/);
});

test('the field grows to eight lines', [init()], async (panel) => {
  const field = panel.page.locator('.composer textarea');
  const height = () => field.evaluate((node) => node.clientHeight);
  const one = await height();
  await field.fill('a\nb\nc');
  const three = await height();
  await field.fill('a\n'.repeat(40));
  const most = await height();
  const line = (three - one) / 2;
  assert.ok(line > 10 && line < 30, `a line is ${line} px`);
  assert.ok(Math.abs(most - one - 7 * line) <= 2, `${most} px at most`);
});

test('the draft and the conversation are kept', answered, async (panel) => {
  await panel.page.locator('.composer textarea').fill('half a question');
  await panel.page.waitForFunction(() => window.keptState?.draft === 'half a question');
  assert.equal((await panel.kept())?.conversationId, 'c1');
});

test(
  'a reload brings back the draft and the place',
  [],
  async (panel) => {
    assert.deepEqual(await said(panel, 'ready'), [{ type: 'ready', conversationId: 'c' }]);
    await panel.tell(...stored);
    await panel.settle();
    assert.equal(await panel.page.locator('.composer textarea').inputValue(), 'half');
    assert.match((await panel.page.locator('.turn').nth(3).textContent()) ?? '', /Question 3/);
    const top = await panel.page
      .locator('.turn')
      .nth(3)
      .evaluate((turn) => turn.getBoundingClientRect().top);
    assert.ok(Math.abs(top) <= 40, `the turn stands at ${top}`);
  },
  { state: { conversationId: 'c', draft: 'half', anchor: { turn: 3, offset: 10 } } },
);

test(
  'the first word moves nothing',
  [
    ...stored,
    { type: 'asked', request: 1, question: question('q1', 'What does this function do?') },
    { type: 'route', request: 1, route },
  ],
  async (panel) => {
    const places = () =>
      panel.page.evaluate(() => {
        const log = document.querySelector('.log');
        const route = [...document.querySelectorAll('.route')].at(-1);
        return [log?.scrollTop, log?.scrollHeight, route?.getBoundingClientRect().top];
      });
    const before = await places();
    assert.equal(await panel.page.locator('.waiting').count(), 1);
    await panel.tell({ type: 'text', request: 1, text: 'It' });
    await panel.settle();
    assert.equal(await panel.page.locator('.answer').last().locator('.text').textContent(), 'It');
    assert.equal(await panel.page.locator('.waiting').count(), 0);
    assert.deepEqual(await places(), before);
  },
);
