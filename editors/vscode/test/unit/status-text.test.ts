import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, wasCancelled } from '../../src/failure';
import { cents, percent, statusText } from '../../src/status-text';

const idle = { state: 'idle', costTodayCents: 0, cacheHitRate: 0.5 };

void test('the status bar says what the server does', () => {
  assert.equal(statusText('missing', undefined), '$(circle-slash) rigrun');
  assert.equal(statusText('starting', undefined), '$(loading~spin) rigrun');
  assert.equal(statusText('running', idle), '$(comment) rigrun');
  assert.equal(statusText('running', { ...idle, costTodayCents: 0.42 }), '$(comment) rigrun 0.42 ¢');
  assert.equal(statusText('running', { ...idle, state: 'offline' }), '$(shield) rigrun');
  assert.equal(statusText('running', { ...idle, state: 'routing' }), '$(comment-unresolved) rigrun');
  const streaming = { ...idle, state: 'streaming', tier: 'local', tokensPerSecond: 41.6 };
  assert.equal(statusText('running', streaming), '$(comment-discussion) local 42 tok/s');
});

void test('money and shares', () => {
  assert.deepEqual([0, 0.0312, 3.14, 12.6, 150].map(cents), ['0 ¢', '0.031 ¢', '3.1 ¢', '13 ¢', '$1.50']);
  assert.equal(percent(0.125), '13 %');
});

const labels = { settings: 'S', retry: 'R', logs: 'L', install: 'I', restart: 'N' };

void test('a failure brings its one button', () => {
  const data = { kind: 'unreachable', message: 'no answer', hint: 'start it' };
  const failed = Object.assign(new Error('x'), { code: -32803, data });
  assert.deepEqual(failureOf(failed, labels), { ...data, action: { label: 'R', command: 'retry' } });
  const plain = failureOf(new Error('broken'), labels);
  assert.deepEqual([plain.message, plain.action?.command], ['broken', 'logs']);
  const strange = failureOf(Object.assign(new Error('odd'), { data: { kind: 3 } }), labels);
  assert.equal(strange.message, 'odd');
});

void test('a cancelled request is no failure', () => {
  assert.ok(wasCancelled(Object.assign(new Error('c'), { code: -32800 })));
  assert.ok(!wasCancelled(new Error('c')));
});
