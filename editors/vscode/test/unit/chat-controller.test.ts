import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { ChatController } from '../../src/chat-controller';
import type { ToPanel } from '../../src/panel-messages';
import { ended, failed, FakeSession } from '../fake/session';

const outline = { id: 'outline', backend: 'outline', tier: 'local', contextLength: 0, default: true };
const tiny = { ...outline, id: 'tiny', backend: 'ollama' };

/** A panel's other side, and what it tells the panel. */
function opened(server: FakeSession) {
  const told: ToPanel[] = [];
  const memory = { get: () => undefined, set: () => undefined };
  const controller = new ChatController(server.session, (message) => told.push(message), memory);
  return { controller, told };
}

/** Lets promises go on as far as they can. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

const requests = (server: FakeSession, method: string) =>
  server.requested.filter((one) => one.method === method).length;

const of = (told: readonly ToPanel[], type: ToPanel['type']) => told.filter((one) => one.type === type);

const stored = (...ids: string[]) => ({
  conversationId: 'c1',
  title: 't',
  messages: ids.map((messageId) => ({
    messageId,
    role: messageId.startsWith('q') ? 'user' : 'assistant',
    text: messageId,
    createdAt: '2026-01-01T00:00:00Z',
    ...(messageId.startsWith('half') && { interrupted: true }),
  })),
});

test('a model server is looked for while the panel is in sight', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const server = new FakeSession();
    server.results = { 'rigrun/models': { models: [outline] }, 'rigrun/route': { classification: 'CUI' } };
    const { controller, told } = opened(server);
    const later = async (milliseconds: number) => {
      mock.timers.tick(milliseconds);
      await settle();
      return requests(server, 'rigrun/models');
    };
    await controller.handle({ type: 'ready' });
    assert.equal(await later(5000), 2);
    controller.see(false);
    await later(5000);
    const hidden = requests(server, 'rigrun/models');
    assert.equal(await later(60_000), hidden);
    controller.see(true);
    assert.equal(await later(300), hidden + 1);
    server.results['rigrun/models'] = { models: [outline, tiny] };
    assert.equal(await later(5000), hidden + 2);
    assert.equal(await later(60_000), hidden + 2);
    controller.see(false);
    controller.see(true);
    assert.equal(await later(60_000), hidden + 2);
    assert.deepEqual(of(told, 'status').at(-1), {
      type: 'status',
      status: { server: 'running', hasModel: true, offline: false, costTodayCents: 0 },
    });
    controller.dispose();
  } finally {
    mock.timers.reset();
  }
});

test('what had come of a stopped answer gets its name', async () => {
  const server = new FakeSession();
  server.answers = (_params, part) => {
    part({ seq: 1, text: 'It' });
    throw failed(-32800, 'cancelled', { conversationId: 'c1' });
  };
  server.results = { 'rigrun/conversations/get': stored('q1', 'half1') };
  const { controller, told } = opened(server);
  await controller.handle({ type: 'ready' });
  await controller.ask({ text: 'why?', pieces: [] });
  assert.deepEqual(of(told, 'kept'), [{ type: 'kept', request: 1, messageId: 'half1' }]);
  // Nothing was kept of the second: the first one's name is not its.
  await controller.ask({ text: 'and?', pieces: [] });
  assert.equal(of(told, 'kept').length, 1);
  // What goes on from the second question branches behind the first answer.
  server.answers = () => ended();
  server.results['rigrun/conversations/branch'] = { conversationId: 'c2' };
  await controller.handle({ type: 'resend', messageId: 'question-2', text: 'and now?' });
  const branch = server.requested.find(({ method }) => method === 'rigrun/conversations/branch');
  assert.deepEqual(branch?.params, { conversationId: 'c1', messageId: 'half1' });
  controller.dispose();
});

test('a page that is loaded anew shows what it had shown', async () => {
  const server = new FakeSession();
  server.results = { 'rigrun/conversations/get': stored('q1', 'a1') };
  const { controller, told } = opened(server);
  await controller.handle({ type: 'ready' });
  await controller.ask({ text: 'why?', pieces: [] });
  assert.equal(of(told, 'conversation').length, 0);
  await controller.handle({ type: 'ready', conversationId: 'c1' });
  assert.equal(of(told, 'conversation').length, 1);
  // While an answer comes, it waits for the end.
  let end: () => void = () => undefined;
  const ending = new Promise<void>((resolve) => (end = resolve));
  server.ask = async () => {
    await ending;
    return ended();
  };
  const answer = controller.ask({ text: 'and?', pieces: [] });
  await controller.handle({ type: 'ready', conversationId: 'c1' });
  assert.equal(of(told, 'conversation').length, 1);
  end();
  await answer;
  assert.equal(of(told, 'conversation').length, 2);
  controller.dispose();
});
