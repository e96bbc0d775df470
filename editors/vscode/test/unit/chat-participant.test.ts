import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { ExtensionContext } from 'vscode';
import { activateChatParticipant } from '../../src/chat-participant';
import { ended, failed, FakeSession, token } from '../fake/session';
import * as vscode from '../fake/vscode';

const id = 'rigrun.participant';

function registered(server: FakeSession) {
  const context = { subscriptions: [], extensionUri: vscode.Uri.parse('file:///x') };
  activateChatParticipant(context as unknown as ExtensionContext, server.session);
  const participant = vscode.seen.participants.get(id);
  assert.ok(participant);
  return participant;
}

/** Asks, and returns what the chat shows and what is kept of it. */
async function ask(server: FakeSession, request: object, history: object[] = []) {
  const shown: string[] = [];
  const buttons: { command: string }[] = [];
  const stream = {
    markdown: (text: string | vscode.MarkdownString) =>
      shown.push(typeof text === 'string' ? text : text.value),
    progress: (text: string) => shown.push(`(${text})`),
    button: (button: { command: string }) => buttons.push(button),
  };
  const asked = { prompt: '', command: undefined, references: [], ...request };
  const result = await registered(server).handler(asked, { history }, stream, token);
  return { shown: shown.join(''), buttons, result };
}

const answerOf = (metadata: object) => ({ response: [], result: { metadata } });

test('the manifest has the participant and its commands', () => {
  const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    contributes: { chatParticipants: { id: string; name: string; commands: { name: string }[] }[] };
  };
  const [participant] = contributes.chatParticipants;
  assert.deepEqual([participant?.id, participant?.name], [id, 'rigrun']);
  const names = ['explain', 'fix', 'refactor', 'document', 'tests', 'review'];
  assert.deepEqual(
    participant?.commands.map(({ name }) => name),
    names,
  );
});

test('a question goes with what was attached, and its answer comes with where it came from', async () => {
  const server = new FakeSession();
  server.answers = (_params, part) => {
    part({ seq: 1, thinking: 'A sum.' });
    part({ seq: 2, step: { tool: 'read_file', detail: 'add.go', ok: true } });
    part({ seq: 3, text: 'It ' });
    part({ seq: 4, text: 'adds.' });
    return ended({ left: [{ kind: 'file', name: '.env', reason: 'is a file of secrets' }] });
  };
  const uri = vscode.Uri.parse('file:///w/add.go');
  const references = [
    { id: '3', value: { unknown: true } },
    { id: '2', value: new vscode.Location(uri, new vscode.Range(2, 0, 4, 1)) },
    { id: '1', value: uri },
    { id: '0', value: 'FAIL: TestAdd', modelDescription: 'the failing test' },
  ];
  const { shown, result } = await ask(server, { prompt: 'what does it do?', command: 'explain', references });
  assert.deepEqual(server.asked, [
    {
      message: 'what does it do?',
      action: 'explain',
      context: [
        { kind: 'text', query: 'the failing test', text: 'FAIL: TestAdd' },
        { kind: 'file', uri: 'file:///w/add.go' },
        {
          kind: 'selection',
          uri: 'file:///w/add.go',
          range: { start: { line: 2, character: 0 }, end: { line: 4, character: 1 } },
        },
      ],
    },
  ]);
  assert.match(
    shown,
    /^\(Thinking\)\(read_file add\.go\)It adds\.\n\n---\n\nlocal · qwen2\.5\\-coder:7b · 42 tok\/s · 0 ¢/,
  );
  assert.match(shown, /Left out: \.env \\\(is a file of secrets\\\)/);
  const metadata = { conversationId: 'c1', messageId: 'm1', action: 'explain' };
  assert.deepEqual(result, { metadata });
  const next = vscode.seen.participants.get(id)?.followupProvider?.provideFollowups(result);
  assert.deepEqual(
    next?.map(({ command }) => command),
    ['review', 'tests'],
  );
});

test('a command without anything attached is about what stands in the editor', async () => {
  const server = new FakeSession();
  const document = { uri: vscode.Uri.parse('file:///w/add.go'), getText: () => 'x' };
  vscode.window.activeTextEditor = { document, selection: new vscode.Range(1, 0, 1, 0) };
  await ask(server, { command: 'fix' });
  await ask(server, { prompt: 'what is a mutex?' });
  vscode.window.activeTextEditor = undefined;
  const kinds = server.asked.map(({ context }) => context?.map(({ kind }) => kind));
  assert.deepEqual(kinds, [['file', 'diagnostics'], []]);
});

test('a question goes on with its conversation, from an earlier answer with a branch', async () => {
  const server = new FakeSession();
  server.results = { 'rigrun/conversations/branch': { conversationId: 'c2' } };
  const kept = answerOf({ conversationId: 'c1', messageId: 'm1' });
  const participant = registered(server);
  const stream = { markdown: () => undefined, progress: () => undefined, button: () => undefined };
  const next = (history: object[]) =>
    participant.handler({ prompt: 'and?', references: [] }, { history }, stream, token);
  await next([kept]);
  server.answers = () => ended({ messageId: 'm2' });
  await next([kept]);
  await next([kept]);
  assert.deepEqual(
    server.asked.map(({ conversationId }) => conversationId),
    ['c1', 'c1', 'c2'],
  );
  assert.deepEqual(server.requested, [
    { method: 'rigrun/conversations/branch', params: { conversationId: 'c1', messageId: 'm1' } },
  ]);
});

test('a conversation that is gone is told as text', async () => {
  const server = new FakeSession();
  server.answers = ({ conversationId }) => {
    if (conversationId !== undefined) throw failed(-32602, 'conversationId: no such conversation');
    return ended();
  };
  const said = new vscode.ChatResponseMarkdownPart(new vscode.MarkdownString('A lock.'));
  const kept = { response: [said], result: { metadata: { conversationId: 'c9', messageId: 'm9' } } };
  await ask(server, { prompt: 'and?' }, [{ prompt: 'what is a mutex?' }, kept]);
  const text = 'user: what is a mutex?\n\nassistant: A lock.';
  assert.deepEqual(server.asked.at(-1), {
    message: 'and?',
    context: [{ kind: 'text', query: 'the conversation so far', text }],
  });
});

test('a failure says what helps, and a stopped answer keeps its conversation', async () => {
  const server = new FakeSession();
  server.answers = () => {
    throw failed(-32803, 'm', {
      kind: 'no_backend',
      message: 'No model server answers.',
      hint: 'Start one.',
    });
  };
  const { result, buttons } = await ask(server, { prompt: 'why?' });
  assert.deepEqual((result as { errorDetails: object }).errorDetails, {
    message: 'No model server answers. Start one.',
  });
  assert.equal(buttons[0]?.command, 'vscode.open');
  server.answers = () => {
    throw failed(-32800, 'cancelled', { conversationId: 'c5' });
  };
  const stopped = (await ask(server, { prompt: 'why?' })).result as { metadata: { conversationId: string } };
  assert.equal(stopped.metadata.conversationId, 'c5');
});

test('a rating is told to the server', async () => {
  const server = new FakeSession();
  registered(server).feedback.fire({ result: { metadata: { messageId: 'm1' } }, kind: 1 });
  registered(server).feedback.fire({ result: { metadata: {} }, kind: 0 });
  await Promise.resolve();
  const params = { messageId: 'm1', rating: 'good' };
  assert.deepEqual(server.requested, [{ method: 'rigrun/feedback', params }]);
});

test('an editor without the API is left alone', () => {
  const { createChatParticipant } = vscode.chat;
  delete vscode.chat.createChatParticipant;
  vscode.seen.participants.clear();
  const context = { subscriptions: [] } as unknown as ExtensionContext;
  activateChatParticipant(context, new FakeSession().session);
  assert.equal(vscode.seen.participants.size, 0);
  vscode.chat.createChatParticipant = createChatParticipant;
});

test('a question is begun where VS Code hands it over', async () => {
  const server = new FakeSession();
  registered(server);
  const begin = vscode.commands.registered.get('rigrun.askInChat');
  const open = 'workbench.action.chat.open';
  const wanted = { query: '@rigrun ', isPartialQuery: true, mode: 'ask' };
  vscode.commands.executed.length = 0;
  await begin?.();
  vscode.commands.refused = (_name, given) => {
    if (typeof given === 'object' && given !== null && 'modelSelector' in given) throw new Error('no model');
  };
  await begin?.();
  vscode.commands.refused = undefined;
  assert.deepEqual(vscode.commands.executed, [
    [open, { ...wanted, modelSelector: { vendor: 'rigrun', id: 'auto' } }],
    [open, wanted],
  ]);
});
