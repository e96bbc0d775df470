import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isToHost, isToPanel } from '../../src/panel-guards';
import { init } from '../panel/samples';

test('messages of the panel', () => {
  const good: unknown[] = [
    { type: 'ready' },
    { type: 'ready', conversationId: 'c' },
    { type: 'send', text: 'why?' },
    { type: 'pickMode', mode: 'local' },
    { type: 'apply', block: { messageId: 'm', index: 0, language: 'go', code: 'x' } },
    { type: 'dropFiles', uris: ['file:///a'] },
    { type: 'leave' },
  ];
  for (const message of good) assert.ok(isToHost(message), JSON.stringify(message));
});

test('what is no message of the panel', () => {
  const bad: unknown[] = [
    null,
    'send',
    [],
    {},
    { type: 'send' },
    { type: 'send', text: 1 },
    { type: 'ready', conversationId: 1 },
    { type: 'pickMode', mode: 'anything' },
    { type: 'apply', block: { messageId: 'm', index: '0', language: 'go', code: 'x' } },
    { type: 'reveal', place: { uri: 'file:///a', firstLine: Number.NaN, lastLine: 0 } },
    { type: 'dropFiles', uris: [1] },
    { type: 'failureAction', command: 'workbench.action.quit' },
    { type: 'toString' },
    { type: '__proto__' },
  ];
  for (const message of bad) assert.equal(isToHost(message), false, JSON.stringify(message));
});

test('messages of the extension', () => {
  assert.ok(isToPanel(init()));
  assert.ok(isToPanel({ type: 'text', request: 1, text: 'a' }));
  assert.equal(isToPanel({ type: 'text', request: '1', text: 'a' }), false);
  assert.equal(isToPanel({ type: 'send', text: 'a' }), false);
});
