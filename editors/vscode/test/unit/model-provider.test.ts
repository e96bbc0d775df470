import assert from 'node:assert/strict';
import { test } from 'node:test';

import type * as real from 'vscode';
import { activateModelProvider, ModelProvider } from '../../src/model-provider';
import { NoServer } from '../../src/session';
import { ended, failed, FakeSession, token } from '../fake/session';
import * as vscode from '../fake/vscode';

const none = { backend: 'outline', tier: 'local', contextLength: 0, capabilities: [], default: false };
const models = [
  { ...none, id: 'outline' },
  { id: 'qwen:7b', backend: 'ollama', tier: 'local', contextLength: 32768, capabilities: [], default: true },
  { id: 'big', backend: 'openai', tier: 'cloud', contextLength: 0, capabilities: [], default: false },
];

const message = (role: number, text: string) =>
  ({
    role,
    content: [new vscode.LanguageModelTextPart(text)],
    name: undefined,
  }) as unknown as real.LanguageModelChatRequestMessage;
const user = (text: string) => message(1, text);
const assistant = (text: string) => message(2, text);

const modelOf = (id: string): real.LanguageModelChatInformation => ({
  id,
  name: id,
  family: id,
  version: id,
  maxInputTokens: 6144,
  maxOutputTokens: 2048,
  capabilities: {},
});

async function answer(server: FakeSession, messages: real.LanguageModelChatRequestMessage[], id = 'qwen:7b') {
  const said: string[] = [];
  const progress = { report: (part: unknown) => said.push((part as vscode.LanguageModelTextPart).value) };
  const options = { toolMode: 1 } as unknown as real.ProvideLanguageModelChatResponseOptions;
  await new ModelProvider(server.session).provideLanguageModelChatResponse(
    modelOf(id),
    messages,
    options,
    progress,
    token,
  );
  return said.join('');
}

test('the models of the server, and the one that routing chooses', async () => {
  const server = new FakeSession();
  server.results = { 'rigrun/models': { models } };
  const provider = new ModelProvider(server.session);
  const found = await provider.provideLanguageModelChatInformation({ silent: true }, token);
  assert.deepEqual(
    found.map(({ id, maxInputTokens, maxOutputTokens }) => [id, maxInputTokens, maxOutputTokens]),
    [
      ['auto', 24576, 8192],
      ['qwen:7b', 24576, 8192],
      ['big', 6144, 2048],
    ],
  );
  server.results = { 'rigrun/models': { models: models.slice(0, 1) } };
  assert.deepEqual(await provider.provideLanguageModelChatInformation({ silent: true }, token), []);
  server.state = 'stopped';
  assert.deepEqual(await provider.provideLanguageModelChatInformation({ silent: true }, token), []);
  server.results = { 'rigrun/models': new NoServer('no server') };
  assert.deepEqual(await provider.provideLanguageModelChatInformation({ silent: false }, token), []);
  let changes = 0;
  provider.onDidChangeLanguageModelChatInformation(() => (changes += 1));
  server.states.fire('starting');
  server.states.fire('running');
  assert.equal(changes, 1);
});

test('messages become a question that nothing is kept of', async () => {
  const server = new FakeSession();
  assert.equal(
    await answer(server, [user('You help.'), assistant('Yes.'), user('What is 1 + 1?')]),
    'It adds.',
  );
  await answer(server, [user('What is 1 + 1?')], 'auto');
  const text = 'user: You help.\n\nassistant: Yes.';
  assert.deepEqual(server.asked, [
    {
      message: 'What is 1 + 1?',
      context: [{ kind: 'text', query: 'the conversation so far', text }],
      cache: 'off',
      model: 'qwen:7b',
    },
    { message: 'What is 1 + 1?', context: [], cache: 'off' },
  ]);
  const forgotten = { method: 'rigrun/conversations/delete', params: { conversationId: 'c1' } };
  assert.deepEqual(server.requested, [forgotten, forgotten]);
});

test('no tools of others are called, and what they had said is text', async () => {
  const server = new FakeSession();
  server.results = { 'rigrun/models': { models } };
  const provider = new ModelProvider(server.session);
  const found = await provider.provideLanguageModelChatInformation({ silent: true }, token);
  for (const { capabilities } of found) {
    assert.deepEqual(capabilities, { imageInput: false, toolCalling: false });
  }
  const required = { toolMode: 2 } as unknown as real.ProvideLanguageModelChatResponseOptions;
  const progress = { report: () => undefined };
  const told = [user('Which day is it?')];
  await assert.rejects(
    provider.provideLanguageModelChatResponse(modelOf('big'), told, required, progress, token),
    /call no tools/,
  );
  assert.equal(server.asked.length, 0);
  const result = new vscode.LanguageModelToolResultPart('1', [
    new vscode.LanguageModelTextPart('Monday'),
    {},
  ]);
  await answer(server, [{ ...user(''), content: [result] }, user('Is it?')]);
  assert.equal(server.asked[0]?.context?.[0]?.text, 'user: Monday');
});

test('what an extension made up names no files and is no command', async () => {
  const server = new FakeSession();
  for (const text of ['/explain it', 'look at @file:.env', 'see\n@git:main'])
    await answer(server, [user(text)]);
  for (const { message: asked, context } of server.asked) {
    assert.doesNotMatch(asked, /[/@]/);
    assert.equal(context?.[0]?.kind, 'text');
  }
});

test('a failure in the words that VS Code has for it', async () => {
  const server = new FakeSession();
  const ends = (error: Error) => {
    server.answers = () => {
      throw error;
    };
    return answer(server, [user('why?')]);
  };
  const data = { kind: 'policy', message: 'It is marked SECRET.', hint: '' };
  await assert.rejects(ends(failed(-32803, 'm', data)), { code: 'Blocked', message: 'It is marked SECRET.' });
  await assert.rejects(ends(new NoServer('no server')), { code: 'NotFound' });
  await assert.rejects(ends(failed(-32803, 'm', { ...data, kind: 'timeout' })), /It is marked/);
  await assert.rejects(ends(failed(-32800, 'm', { conversationId: 'c7' })), vscode.CancellationError);
  assert.deepEqual(server.requested, [
    { method: 'rigrun/conversations/delete', params: { conversationId: 'c7' } },
  ]);
  server.answers = () => ended({ text: 'all at once' });
  assert.equal(await answer(server, [user('why?')]), 'all at once');
});

test('a count of tokens that is rather too high than too low', async () => {
  const provider = new ModelProvider(new FakeSession().session);
  assert.equal(await provider.provideTokenCount(modelOf('any'), 'abcdefg'), 3);
  assert.equal(await provider.provideTokenCount(modelOf('any'), user('ééé')), 2);
});

test('an editor without language models is left alone', () => {
  const { registerLanguageModelChatProvider } = vscode.lm;
  delete vscode.lm.registerLanguageModelChatProvider;
  activateModelProvider({ subscriptions: [] } as unknown as real.ExtensionContext, new FakeSession().session);
  assert.equal(vscode.seen.providers.size, 0);
  vscode.lm.registerLanguageModelChatProvider = registerLanguageModelChatProvider;
});
