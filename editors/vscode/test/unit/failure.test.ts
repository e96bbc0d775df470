import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversationOf, failureOf, wasCancelled, wasRefused } from '../../src/failure';

const labels = { settings: 's', retry: 'r', logs: 'l', install: 'i', restart: 'x' };
const failed = (code: number, data?: unknown) => Object.assign(new Error('no'), { code, data });

test('a stopped question says where what had come is kept', () => {
  const stopped = failed(-32800, { conversationId: 'c1' });
  assert.ok(wasCancelled(stopped));
  assert.equal(conversationOf(stopped), 'c1');
  assert.equal(
    conversationOf(failed(-32803, { kind: 'timeout', message: 'm', hint: '', conversationId: 'c2' })),
    'c2',
  );
  for (const none of [failed(-32800), failed(-32800, null), failed(-32800, { conversationId: 7 }), 'no']) {
    assert.equal(conversationOf(none), undefined);
  }
});

test('a failure in words, with the one button that helps', () => {
  const { action, ...words } = failureOf(
    failed(-32803, { kind: 'timeout', message: 'm', hint: 'h' }),
    labels,
  );
  assert.deepEqual(words, { kind: 'timeout', message: 'm', hint: 'h' });
  assert.equal(action?.command, 'retry');
  assert.equal(failureOf(failed(-32803, { kind: 7 }), labels).action?.command, 'logs');
});

test('a name that the server does not know', () => {
  const refused = Object.assign(new Error('entryId: no answer is kept'), { code: -32602 });
  assert.ok(wasRefused(refused, 'entryId'));
  assert.ok(!wasRefused(refused, 'conversationId'));
  assert.ok(!wasRefused(failed(-32603), 'entryId'));
});
