// What is clicked is asked of the extension, and of nobody else.

import assert from 'node:assert/strict';

import type { PanelPage } from './harness';
import { answerEnd, chips, init, question, route } from './samples';
import { answered, goCode, said, stage, streaming } from './stage';

const test = stage();

const block = { messageId: 'a1', index: 0, language: 'go', path: 'pkg/add.go', code: goCode };
const press = async (panel: PanelPage, tools: string, name: string) => {
  await panel.page.locator(tools).getByRole('button', { name, exact: true }).click();
};

test('what a block of code offers', answered, async (panel) => {
  await panel.page.locator('.code').hover();
  for (const name of ['copy', 'insert', 'apply', 'new file']) await press(panel, '.code-tools', name);
  assert.deepEqual((await panel.sent()).slice(1), [
    { type: 'copy', text: goCode },
    { type: 'insert', code: goCode },
    { type: 'apply', block },
    { type: 'newFile', code: goCode, language: 'go' },
  ]);
});

test('what an answer offers', answered, async (panel) => {
  await press(panel, '.answer-tools', 'good answer');
  await press(panel, '.answer-tools', 'ask again');
  assert.deepEqual((await panel.sent()).slice(1), [
    { type: 'rate', messageId: 'a1', rating: 'good' },
    { type: 'retry', messageId: 'a1', refresh: true },
  ]);
  const pressed = panel.page.getByRole('button', { name: 'good answer' });
  assert.equal(await pressed.getAttribute('aria-pressed'), 'true');
});

test('what was applied can be undone', answered, async (panel) => {
  const key = { messageId: 'a1', index: 0 };
  await panel.tell({ type: 'applied', block: key, outcome: { state: 'applied', accepted: 2, of: 3 } });
  assert.equal(await panel.page.locator('.outcome').textContent(), 'applied 2 of 3 · undo');
  await press(panel, '.outcome', 'undo');
  assert.deepEqual(await said(panel, 'undoApply'), [{ type: 'undoApply', block: key }]);
});

test('a link asks the extension', answered, async (panel) => {
  const link = panel.page.getByRole('link', { name: 'math/bits' });
  await link.click();
  await link.press('Enter');
  const open = { type: 'openLink', href: 'https://pkg.go.dev/math/bits' };
  assert.deepEqual(await said(panel, 'openLink'), [open, open]);
  assert.equal(panel.page.url(), 'https://panel.test/');
  assert.deepEqual(panel.strays, []);
});

test('chips lead to what they stand for, and go away', answered, async (panel) => {
  await panel.page.locator('.question .chip-open').click();
  await press(panel, '.composer .chips', 'remove add.go');
  assert.deepEqual((await panel.sent()).slice(1), [
    { type: 'reveal', place: chips[1]?.reveal },
    { type: 'removeChip', id: '1' },
  ]);
});

test('files that are dropped', [init()], async (panel) => {
  await panel.page.locator('.composer').evaluate((composer) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/uri-list', '# two\r\nfile:///w/a.go\r\nfile:///w/b.go\r\n');
    composer.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  assert.deepEqual(await said(panel, 'dropFiles'), [
    { type: 'dropFiles', uris: ['file:///w/a.go', 'file:///w/b.go'] },
  ]);
});

test(
  'a failure offers what can be done',
  [
    ...streaming,
    {
      type: 'failed',
      request: 1,
      failure: {
        kind: 'x',
        message: 'No.',
        hint: 'See the log.',
        action: { label: 'open the log', command: 'logs' },
      },
    },
  ],
  async (panel) => {
    await press(panel, '.failure', 'open the log');
    const [action] = await said(panel, 'failureAction');
    assert.equal(action?.command, 'logs');
    assert.match((await panel.page.locator('.text').textContent()) ?? '', /It returns the sum/);
  },
);

test(
  'an answer of the cache is made anew',
  [
    init(),
    { type: 'asked', request: 1, question: question('q1', 'Again?') },
    { type: 'route', request: 1, route },
    { type: 'text', request: 1, text: 'Yes.' },
    {
      type: 'done',
      request: 1,
      end: answerEnd('a1', 'c1', { cache: { hit: 'semantic', similarity: 0.91 } }),
    },
  ],
  async (panel) => {
    await press(panel, '.route', 'regenerate');
    assert.deepEqual(await said(panel, 'retry'), [{ type: 'retry', messageId: 'a1', refresh: true }]);
  },
);

test(
  'the question of a kept answer is shown',
  [
    init(),
    { type: 'asked', request: 1, question: question('q1', 'Wherefore?') },
    { type: 'route', request: 1, route },
    {
      type: 'done',
      request: 1,
      end: answerEnd('a1', 'c1', { cache: { hit: 'semantic', similarity: 0.912, entryId: 'e1' } }),
    },
  ],
  async (panel) => {
    await press(panel, '.route', 'show it');
    assert.deepEqual(await said(panel, 'showMatch'), [{ type: 'showMatch', entryId: 'e1' }]);
    const match = {
      question: 'Why <b>?',
      tier: 'local',
      model: 'tiny',
      createdAt: new Date(Date.now() - 7_300_000).toISOString(),
    };
    await panel.tell({ type: 'match', entryId: 'e1', match });
    const shown = panel.page.locator('.match');
    assert.equal(await shown.locator('blockquote').textContent(), 'Why <b>?');
    assert.match((await shown.textContent()) ?? '', /0\.91 alike, asked 2 h ago, answered by tiny/);
    assert.ok(await shown.evaluate((node) => node === document.activeElement));
    assert.equal(await panel.page.getByRole('button', { name: 'show it' }).count(), 0);
  },
);

test(
  'the cloud cannot be chosen for what is marked',
  [init({ mode: 'cloud', marking: { level: 'SECRET', blocksCloud: 'marked' } })],
  async (panel) => {
    const modes = panel.page.getByLabel('where it is answered');
    assert.equal(await modes.inputValue(), 'local');
    assert.deepEqual(
      await modes
        .locator('option')
        .evaluateAll((all) => all.map((one) => one instanceof HTMLOptionElement && one.disabled)),
      [false, false, true],
    );
    await modes.selectOption('auto');
    assert.deepEqual(await said(panel, 'pickMode'), [{ type: 'pickMode', mode: 'auto' }]);
  },
);

test('a stopped answer can be rated once it has a name', streaming, async (panel) => {
  await panel.tell({ type: 'stopped', request: 1, conversationId: 'c1' });
  const good = panel.page.locator('.answer-tools').getByRole('button', { name: 'good answer' });
  assert.equal(await good.count(), 0);
  await panel.tell({ type: 'kept', request: 1, messageId: 'a1' });
  await good.click();
  assert.deepEqual(await said(panel, 'rate'), [{ type: 'rate', messageId: 'a1', rating: 'good' }]);
});

test('what could not be asked can be sent again', [init()], async (panel) => {
  const field = panel.page.locator('.composer .field');
  await field.fill('why?');
  await field.press('Enter');
  await field.press('Enter'); // a second key before the question has come sends nothing
  assert.equal((await said(panel, 'send')).length, 1);
  await panel.tell({ type: 'notice', text: 'no' });
  await field.press('Enter');
  assert.deepEqual(await said(panel, 'send'), [{ type: 'send', text: 'why?' }]);
});
