// The server's models for VS Code's own chat and for other extensions, where the
// editor has language models. What they send takes the same way as any question:
// markings, secrets, limits and the lock on the network hold for it. Nothing of it
// is kept, neither as a conversation nor in the cache of answers.

import * as vscode from 'vscode';
import { labels } from './asking';
import { conversationOf, failureOf, wasCancelled } from './failure';
import type { ChatParams, ContextItem, Model } from './lsp-ext';
import { isOutline } from './outline';
import { NoServer, type Session } from './session';

/** As package.json declares it. */
export const vendor = 'rigrun';

/** The model that routing chooses for each question. */
export const anyModel = 'auto';

/** What is assumed of a model whose window nobody tells, in tokens. */
const unknownWindow = 8192;

/** The part of a model's window that is left to its answer. */
const answerShare = 4;

/** What the server takes is text, and its answers call no tools of others. */
const none: vscode.LanguageModelChatInformation['capabilities'] = { imageInput: false, toolCalling: false };

/** How many bytes a token has at least, by and large: a count that is too high cuts, one too low fails. */
const bytesPerToken = 3;

export function activateModelProvider(context: vscode.ExtensionContext, session: Session): void {
  if (!isThere()) return;
  const provider = new ModelProvider(session);
  context.subscriptions.push(provider, vscode.lm.registerLanguageModelChatProvider(vendor, provider));
}

/** An editor that is made of an older VS Code, or of parts of it, may lack the API that the types promise. */
function isThere(): boolean {
  const { lm } = vscode as { lm?: { registerLanguageModelChatProvider?: unknown } };
  return typeof lm?.registerLanguageModelChatProvider === 'function';
}

export class ModelProvider implements vscode.LanguageModelChatProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly watching: vscode.Disposable;
  readonly onDidChangeLanguageModelChatInformation = this.changed.event;

  constructor(private readonly session: Session) {
    this.watching = vscode.Disposable.from(
      session.onState((state) => {
        if (state !== 'starting') this.changed.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('rigrun')) this.changed.fire();
      }),
    );
  }

  dispose(): void {
    this.watching.dispose();
    this.changed.dispose();
  }

  /** The models; none where no server runs and nobody asked for one. */
  async provideLanguageModelChatInformation(
    { silent }: vscode.PrepareLanguageModelChatModelOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelChatInformation[]> {
    if (silent && this.session.state !== 'running') return [];
    try {
      const all = (await this.session.request('rigrun/models', {}, token)).models;
      const models = all.filter((model) => !isOutline(model));
      const chosen = models.find((model) => model.default) ?? models[0];
      return chosen === undefined ? [] : [automatic(chosen), ...models.map(described)];
    } catch (error) {
      if (!(error instanceof NoServer)) this.session.log.warn(`The models are not known: ${String(error)}`);
      return [];
    }
  }

  async provideLanguageModelChatResponse(
    model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    { toolMode }: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    if (toolMode === vscode.LanguageModelChatToolMode.Required) {
      throw new Error(vscode.l10n.t('The models of rigrun call no tools of other extensions.'));
    }
    const params: ChatParams = { ...questionOf(messages), cache: 'off' };
    if (model.id !== anyModel) params.model = model.id;
    const say = (text: string | undefined) => {
      if (text !== undefined) progress.report(new vscode.LanguageModelTextPart(text));
    };
    let conversationId: string | undefined;
    try {
      const part = (value: { text?: string }) => {
        say(value.text);
      };
      const result = await this.session.ask(params, part, token);
      conversationId = result.conversationId;
      say(result.text);
    } catch (error) {
      conversationId = conversationOf(error);
      if (wasCancelled(error)) throw new vscode.CancellationError();
      throw refusal(error);
    } finally {
      if (conversationId !== undefined) await this.forget(conversationId);
    }
  }

  provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    const counted = typeof text === 'string' ? text : textOf(text);
    return Promise.resolve(Math.ceil(Buffer.byteLength(counted) / bytesPerToken));
  }

  /** Whoever asked keeps what was said: it is no conversation of the panel's. */
  private async forget(conversationId: string): Promise<void> {
    try {
      await this.session.request('rigrun/conversations/delete', { conversationId });
    } catch (error) {
      this.session.log.warn(
        `What another extension asked is still among the conversations: ${String(error)}`,
      );
    }
  }
}

function described({ id, tier, contextLength, backend }: Model): vscode.LanguageModelChatInformation {
  const window = contextLength > 0 ? contextLength : unknownWindow;
  const maxOutputTokens = Math.floor(window / answerShare);
  return {
    id,
    name: id,
    family: id.split(':')[0] ?? id,
    version: id,
    detail: tier,
    tooltip: backend,
    maxInputTokens: window - maxOutputTokens,
    maxOutputTokens,
    capabilities: none,
  };
}

function automatic(model: Model): vscode.LanguageModelChatInformation {
  const name = vscode.l10n.t('rigrun chooses');
  const tooltip = vscode.l10n.t('The model on this machine first, the cloud where the settings allow it');
  return {
    ...described(model),
    id: anyModel,
    name,
    family: anyModel,
    version: anyModel,
    detail: '',
    tooltip,
  };
}

/** The last message is the question, and what was said before goes with it as text. */
function questionOf(messages: readonly vscode.LanguageModelChatRequestMessage[]): ChatParams {
  const said = messages.map((message) => ({ assistant: isAnswer(message), text: textOf(message) }));
  const last = said.at(-1);
  // What an extension made up names no files of the workspace, and is no command of a person's.
  const plain = last !== undefined && !last.assistant && last.text.trim() !== '' && !addresses(last.text);
  const before = plain ? said.slice(0, -1) : said;
  const text = before.map((one) => `${one.assistant ? 'assistant' : 'user'}: ${one.text}`).join('\n\n');
  const context: ContextItem[] =
    before.length === 0 ? [] : [{ kind: 'text', query: 'the conversation so far', text }];
  return { message: plain ? last.text : 'Answer the last message of the conversation so far.', context };
}

function isAnswer({ role }: vscode.LanguageModelChatRequestMessage): boolean {
  return role === vscode.LanguageModelChatMessageRole.Assistant;
}

/** Whether a text would be read as a command, or as naming what is to be sent with it. */
function addresses(text: string): boolean {
  return /^\s*\//.test(text) || /@(file|symbol|search|git|selection|diagnostics|buffer)/.test(text);
}

/** The text of a message, with what tools had said to another model. */
function textOf({ content }: vscode.LanguageModelChatRequestMessage): string {
  return content.map(partText).join('');
}

function partText(part: unknown): string {
  if (part instanceof vscode.LanguageModelTextPart) return part.value;
  return part instanceof vscode.LanguageModelToolResultPart ? part.content.map(partText).join('') : '';
}

/** The error in VS Code's words, as far as it has any for it. */
function refusal(error: unknown): Error {
  if (error instanceof NoServer) return vscode.LanguageModelError.NotFound(error.message);
  const { kind, message, hint } = failureOf(error, labels());
  const text = hint === '' ? message : `${message} ${hint}`;
  if (kind === 'policy') return vscode.LanguageModelError.Blocked(text);
  if (kind === 'model_not_found' || kind === 'no_backend') return vscode.LanguageModelError.NotFound(text);
  return new Error(text);
}
