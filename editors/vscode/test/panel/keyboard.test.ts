// All that a mouse does, keys do; and the focus goes from top to bottom.

import assert from 'node:assert/strict';

import { init, messages, question } from './samples';
import { answered, said, stage, streaming } from './stage';

const test = stage();
const FIELD = '.composer textarea';

test('Enter sends, Shift+Enter breaks the line, nothing is not sent', [init()], async (panel) => {
  const field = panel.page.locator(FIELD);
  await field.press('Enter');
  await field.pressSequentially('one');
  await field.press('Shift+Enter');
  await field.pressSequentially('two');
  assert.equal(await field.inputValue(), 'one\ntwo');
  await field.press('Enter');
  await field.press('Enter');
  assert.deepEqual(await said(panel, 'send'), [{ type: 'send', text: 'one\ntwo' }]);
  await field.pressSequentially('three');
  await panel.tell({ type: 'asked', request: 1, question: question('q1', 'one\ntwo') });
  assert.equal(await field.inputValue(), 'three');
});

test('Enter that ends a composition does not send', [init()], async (panel) => {
  await panel.page.locator(FIELD).fill('に');
  await panel.page.locator(FIELD).evaluate((field) => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
  });
  assert.deepEqual(await said(panel, 'send'), []);
});

test('the up arrow edits the last question, and Enter asks it anew', answered, async (panel) => {
  await panel.page.locator(FIELD).press('ArrowUp');
  const edit = panel.page.locator('.question textarea');
  assert.equal(await edit.inputValue(), 'What does this function do?');
  await edit.fill('And this one?');
  await edit.press('Enter');
  assert.deepEqual(await said(panel, 'resend'), [{ type: 'resend', messageId: 'q1', text: 'And this one?' }]);
});

test('Escape leaves a question as it was', answered, async (panel) => {
  await panel.page.locator(FIELD).press('ArrowUp');
  await panel.page.locator('.question textarea').press('Escape');
  assert.equal(await panel.page.locator('.question-text').textContent(), 'What does this function do?');
  assert.deepEqual(
    (await panel.sent()).map(({ type }) => type),
    ['ready'],
  );
});

test('Escape stops what streams', streaming, async (panel) => {
  await panel.page.locator(FIELD).press('Escape');
  assert.deepEqual(await said(panel, 'stop'), [{ type: 'stop', request: 1 }]);
});

test('Escape goes back to the editor', answered, async (panel) => {
  await panel.page.locator(FIELD).press('Escape');
  assert.deepEqual(await said(panel, 'leave'), [{ type: 'leave' }]);
});

test(
  'Alt and the arrows walk over the answers',
  [
    init(),
    { type: 'conversation', conversation: { conversationId: 'c', title: 't', messages: messages(5) } },
  ],
  async (panel) => {
    const at = () =>
      panel.page.evaluate(() =>
        [...document.querySelectorAll('.turn')].findIndex((turn) => turn === document.activeElement),
      );
    await panel.page.locator(FIELD).press('Alt+ArrowUp');
    assert.equal(await at(), 4);
    await panel.page.keyboard.press('Alt+ArrowUp');
    assert.equal(await at(), 3);
    await panel.page.keyboard.press('Alt+ArrowDown');
    assert.equal(await at(), 4);
  },
);

test('Tab reaches everything, from top to bottom', answered, async (panel) => {
  await panel.page.evaluate(() => {
    document.querySelector<HTMLElement>('.log')?.focus();
  });
  const reached: { name: string; top: number }[] = [];
  for (let at = 0; at < 60; at++) {
    await panel.page.keyboard.press('Tab');
    const here = await panel.page.evaluate(() => {
      const node = document.activeElement;
      if (!node || node === document.body) return null;
      const name = node.getAttribute('aria-label') ?? node.textContent;
      return { name, top: node.getBoundingClientRect().top, seen: getComputedStyle(node).opacity };
    });
    if (!here) break;
    reached.push(here);
  }
  const names = reached.map(({ name }) => name);
  for (const name of [
    'edit',
    'branch from here',
    'add.go:4–6',
    'copy',
    'insert',
    'apply',
    'new file',
    'go code',
    'math/bits',
    'copy the answer',
    'ask again',
    'good answer',
    'bad answer',
    'remove add.go',
    'add context',
    'show exactly what is sent',
    'your question',
    'where it is answered',
    'model',
  ])
    assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
  const parts = ['edit', 'copy', 'math/bits', 'copy the answer', 'add context', 'your question', 'model'];
  const places = parts.map((name) => names.indexOf(name));
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});

test('what completes a word is a combobox', [init()], async (panel) => {
  const field = panel.page.locator(FIELD);
  await field.pressSequentially('see @a');
  const ask = (await said(panel, 'complete')).at(-1);
  assert.deepEqual([ask?.text, ask?.offset], ['see @a', 6]);
  const items = ['@file:add.go', '@file:all.go'].map((label) => ({ label, insertText: label }));
  await panel.tell({ type: 'completions', ask: ask?.ask ?? 0, items });
  const chosen = async () =>
    panel.page.locator(`#${(await field.getAttribute('aria-activedescendant')) ?? 'none'}`).textContent();
  assert.equal(await chosen(), '@file:add.go');
  await field.press('ArrowDown');
  assert.equal(await chosen(), '@file:all.go');
  await field.press('Enter');
  assert.equal(await field.inputValue(), 'see @file:all.go ');
  assert.equal(await panel.page.locator('.suggestions').isVisible(), false);
  assert.deepEqual(await said(panel, 'send'), []);
});

test('an answer to an older ask is not shown', [init()], async (panel) => {
  const field = panel.page.locator(FIELD);
  await field.pressSequentially('@a');
  const asks = await said(panel, 'complete');
  const items = [{ label: '@old', insertText: '@old' }];
  await panel.tell({ type: 'completions', ask: asks[0]?.ask ?? 0, items });
  assert.equal(await panel.page.locator('.suggestions').isVisible(), false);
});
