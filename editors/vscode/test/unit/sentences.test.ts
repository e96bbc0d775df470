import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bundle } from '../../sentences.mjs';
import { english } from '../../webview/strings';

test('every sentence can be translated', () => {
  const sentences = Object.keys(bundle('.'));
  assert.ok(sentences.includes('The setting rigrun.server.path names no program: {0}'));
  const missing = Object.values(english).filter((text) => !sentences.includes(text));
  assert.deepEqual(missing, []);
});
