// A session whose server answers what a test says, and notes what it was asked.

import type { ChatParams, ChatResult, Partial as Part } from '../../src/lsp-ext';
import type { Session } from '../../src/session';
import { route } from '../panel/samples';
import { Disposable, EventEmitter } from './vscode';

export const ended = (over: Partial<ChatResult> = {}): ChatResult => ({
  conversationId: 'c1',
  messageId: 'm1',
  finishReason: 'stop',
  route,
  cache: { hit: 'none' },
  usage: { promptTokens: 1, completionTokens: 1, estimated: false },
  costCents: 0,
  savedCents: 0,
  metrics: { firstTokenMs: 1, totalMs: 2, tokensPerSecond: 42 },
  redactions: [],
  ...over,
});

/** An error as the server's client throws it. */
export const failed = (code: number, message: string, data?: unknown): Error =>
  Object.assign(new Error(message), { code, data });

type Answer = (params: ChatParams, part: (value: Part) => void) => ChatResult;

export class FakeSession {
  readonly asked: ChatParams[] = [];
  readonly requested: { method: string; params: unknown }[] = [];
  state = 'running';
  answers: Answer = (_params, part) => {
    part({ seq: 1, text: 'It adds.' });
    return ended();
  };
  results: Record<string, unknown> = {};
  readonly states = new EventEmitter<string>();
  readonly onState = this.states.event;
  readonly onStatus = new EventEmitter<unknown>().event;
  readonly log = { error: () => undefined, warn: () => undefined, info: () => undefined };

  ask(params: ChatParams, part: (value: Part) => void): Promise<ChatResult> {
    this.asked.push(structuredClone(params));
    return Promise.resolve().then(() => this.answers(params, part));
  }

  request(method: string, params: unknown): Promise<unknown> {
    this.requested.push({ method, params });
    const result = this.results[method];
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  get session(): Session {
    return this as unknown as Session;
  }
}

export const token = {
  isCancellationRequested: false,
  onCancellationRequested: () => new Disposable(() => undefined),
};
