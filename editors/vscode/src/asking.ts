// One question of a chat and its answer, from sending to the end. It tells the
// panel what arrives, in order, and nothing after the end.

import * as vscode from 'vscode';
import { conversationOf, failureOf, wasCancelled, type Labels } from './failure';
import type { ChatParams, ChatResult, Partial as Part } from './lsp-ext';
import type { AnswerEnd, ToPanel } from './panel-messages';
import type { Session } from './session';

export type Ending =
  | { readonly state: 'done'; readonly result: ChatResult; readonly text: string }
  /** The conversation is where what had come is kept, undefined where nothing was begun. */
  | { readonly state: 'stopped' | 'failed'; readonly conversationId: string | undefined };

export class Asking {
  private readonly source = new vscode.CancellationTokenSource();
  private text = '';

  constructor(
    private readonly request: number,
    private readonly session: Session,
    private readonly post: (message: ToPanel) => void,
  ) {}

  stop(): void {
    this.source.cancel();
  }

  async run(params: ChatParams): Promise<Ending> {
    const { request } = this;
    try {
      const result = await this.session.ask(
        params,
        (part) => {
          this.forward(part);
        },
        this.source.token,
      );
      if (result.text !== undefined) this.say(result.text);
      this.post({ type: 'done', request, end: endOf(result) });
      return { state: 'done', result, text: this.text };
    } catch (error) {
      const conversationId = conversationOf(error);
      if (wasCancelled(error) || this.source.token.isCancellationRequested) {
        this.post({ type: 'stopped', request, conversationId });
        return { state: 'stopped', conversationId };
      }
      this.session.log.error(`A question failed: ${error instanceof Error ? error.message : String(error)}`);
      this.post({ type: 'failed', request, failure: failureOf(error, labels()), conversationId });
      return { state: 'failed', conversationId };
    } finally {
      this.source.dispose();
    }
  }

  private forward(part: Part): void {
    const { request } = this;
    if (part.route !== undefined) {
      this.post({ type: 'route', request, route: part.route, cache: part.cache });
    }
    if (part.thinking !== undefined) this.post({ type: 'thinking', request, text: part.thinking });
    if (part.step !== undefined) this.post({ type: 'step', request, step: part.step });
    if (part.text !== undefined) this.say(part.text);
  }

  private say(text: string): void {
    this.text += text;
    this.post({ type: 'text', request: this.request, text });
  }
}

function endOf(result: ChatResult): AnswerEnd {
  const { messageId, conversationId, route, cache, usage, costCents, savedCents, metrics, redactions, left } =
    result;
  const { totalMs, tokensPerSecond } = metrics;
  return {
    messageId,
    conversationId,
    route,
    cache,
    usage,
    costCents,
    savedCents,
    totalMs,
    tokensPerSecond,
    redactions,
    left,
  };
}

export function labels(): Labels {
  return {
    settings: vscode.l10n.t('Open settings'),
    retry: vscode.l10n.t('Try again'),
    logs: vscode.l10n.t('Show the log'),
    install: vscode.l10n.t('Get a model server'),
    restart: vscode.l10n.t('Restart'),
  };
}
