import assert from 'node:assert/strict';
import { test } from 'node:test';

import { contentPolicy, panelPage } from '../../src/panel-page';
import { Sentences } from '../../webview/announcer';
import { showHidden, showHiddenInCode } from '../../webview/hidden-characters';
import { english, sayer } from '../../webview/strings';

test('strings of another language, and English for the rest', () => {
  const say = sayer({ 'apply.applied': '{1} davon {0}' });
  assert.equal(say('apply.applied', 2, 3), '3 davon 2');
  assert.equal(say('apply.undo'), english['apply.undo']);
});

test('hidden characters show', () => {
  assert.equal(showHidden('a\u202Eb\u2066c'), 'a[U+202E]b[U+2066]c');
  assert.equal(showHidden('a\u{E0041}'), 'a[U+E0041]');
  assert.equal(showHidden('\u05D0\u200F!'), '\u05D0\u200F!', 'prose keeps its direction marks');
  assert.equal(showHiddenInCode('x\u200B'), 'x[U+200B]');
});

test('sentences are said once they are whole', () => {
  const sentences = new Sentences('code follows');
  assert.deepEqual(sentences.push('It adds 1'), []);
  assert.deepEqual(sentences.push('.5 to **a**'), []);
  assert.deepEqual(sentences.push('. Then'), ['It adds 1.5 to a.']);
  assert.deepEqual(sentences.push(':\n```go\nreturn a + b\n```\nDone'), ['Then:', 'code follows']);
  assert.deepEqual(sentences.finish(), ['Done']);
});

test('the page lets nothing in but its own parts', () => {
  const page = panelPage({ nonce: 'n0', source: 'src:', script: 'a"b.js', style: 'c.css', locale: 'en' });
  assert.ok(!page.includes('a"b.js'));
  const policy = contentPolicy('n0', 'src:');
  assert.match(policy, /^default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
});
