import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PanelModel } from '../../webview/panel-model';
import { answerEnd, messages, question, route } from '../panel/samples';

function asked(): PanelModel {
  const model = new PanelModel();
  model.receive({ type: 'asked', request: 1, question: question('q1', 'why?') }, 0);
  return model;
}

test('an answer grows and ends', () => {
  const model = asked();
  model.receive({ type: 'route', request: 1, route }, 0);
  model.receive({ type: 'thinking', request: 1, text: 'hm' }, 1000);
  model.receive({ type: 'text', request: 1, text: 'be' }, 4000);
  model.receive({ type: 'text', request: 1, text: 'cause' }, 5000);
  assert.equal(model.streaming()?.answer.text, 'because');
  model.receive({ type: 'done', request: 1, end: answerEnd('a1', 'c1') }, 6000);
  const answer = model.turns[0]?.answer;
  assert.equal(model.streaming(), undefined);
  assert.equal(model.conversationId, 'c1');
  assert.deepEqual(
    [answer?.state, answer?.messageId, answer?.thinkingFrom, answer?.thinkingTo],
    ['done', 'a1', 1000, 4000],
  );
});

test('what comes after the end changes nothing', () => {
  const model = asked();
  model.receive({ type: 'text', request: 1, text: 'half' }, 0);
  model.receive({ type: 'stopped', request: 1 }, 0);
  model.receive({ type: 'text', request: 1, text: ' more' }, 0);
  model.receive({ type: 'text', request: 9, text: 'of nobody' }, 0);
  assert.deepEqual([model.turns[0]?.answer.text, model.turns[0]?.answer.state], ['half', 'stopped']);
});

test('a question asked again takes its own place', () => {
  const model = asked();
  model.receive({ type: 'done', request: 1, end: answerEnd('a1', 'c1') }, 0);
  model.receive({ type: 'asked', request: 2, question: question('q2', 'and?') }, 0);
  model.receive({ type: 'asked', request: 3, question: question('q1', 'why?') }, 0);
  assert.deepEqual(
    model.turns.map((turn) => [turn.question.messageId, turn.request]),
    [['q1', 3]],
  );
});

test('a stored conversation is read in pairs', () => {
  const model = new PanelModel();
  const stored = messages(3);
  model.receive(
    { type: 'conversation', conversation: { conversationId: 'c', title: 't', messages: stored } },
    0,
  );
  assert.equal(model.turns.length, 3);
  assert.equal(model.turns[2]?.answer.messageId, 'a2');
  const orphan = stored.slice(1, 2);
  model.receive(
    { type: 'conversation', conversation: { conversationId: 'c', title: 't', messages: orphan } },
    0,
  );
  assert.deepEqual([model.turns.length, model.turns[0]?.question.text], [1, '']);
  model.receive({ type: 'conversation', conversation: null }, 0);
  assert.deepEqual([model.turns.length, model.conversationId], [0, undefined]);
});

test('a stored answer that was broken off says so', () => {
  const model = new PanelModel();
  const stored = messages(2).map((message) => ({ ...message, interrupted: message.messageId === 'a1' }));
  model.receive(
    { type: 'conversation', conversation: { conversationId: 'c', title: 't', messages: stored } },
    0,
  );
  assert.deepEqual(
    model.turns.map((turn) => turn.answer.state),
    ['done', 'interrupted'],
  );
});

test('what came of applying a block is kept with its answer', () => {
  const model = asked();
  model.receive({ type: 'done', request: 1, end: answerEnd('a1', 'c1') }, 0);
  const outcome = { state: 'applied', accepted: 2, of: 3 } as const;
  model.receive({ type: 'applied', block: { messageId: 'a1', index: 0 }, outcome }, 0);
  assert.deepEqual(model.turns[0]?.answer.outcomes.get(0), outcome);
});

test('what had come of a stopped or failed first answer belongs to its conversation', () => {
  for (const end of [
    { type: 'stopped', request: 1, conversationId: 'c1' },
    { type: 'failed', request: 1, failure: { kind: 'x', message: 'm', hint: '' }, conversationId: 'c1' },
  ] as const) {
    const model = asked();
    model.receive(end, 0);
    assert.equal(model.conversationId, 'c1');
    model.receive({ type: 'asked', request: 2, question: question('q2', 'and?') }, 0);
    model.receive({ type: 'stopped', request: 2 }, 0);
    assert.equal(model.conversationId, 'c1', 'a question that got nowhere changes nothing');
  }
});

test('the question of a kept answer comes to each answer that is it', () => {
  const model = asked();
  const cache = { hit: 'semantic', similarity: 0.9, entryId: 'e1' } as const;
  model.receive({ type: 'done', request: 1, end: answerEnd('a1', 'c1', { cache }) }, 0);
  const match = { question: 'wherefore?', tier: 'local', model: 'm', createdAt: '2020-05-04T12:00:00Z' };
  model.receive({ type: 'match', entryId: 'e2', match }, 0);
  assert.equal(model.turns[0]?.answer.facts.match, undefined);
  model.receive({ type: 'match', entryId: 'e1', match: null }, 0);
  assert.equal(model.turns[0]?.answer.facts.match, null);
});
