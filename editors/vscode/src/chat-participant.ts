// @rigrun in VS Code's own chat, where it has one: a question there is a question
// to the server as any other, and its answer is kept as a conversation. Nothing is
// registered in an editor without that API.

import * as vscode from 'vscode';
import { labels } from './asking';
import { questionContext } from './chat-context';
import { diagnosticsPiece, filePiece, plainRange, selectionPiece } from './chip-tray';
import { conversationOf, failureOf, wasCancelled, wasRefused } from './failure';
import type { Action, ChatParams, ChatResult, ContextItem } from './lsp-ext';
import { anyModel, vendor } from './model-provider';
import { installPage } from './panel-errands';
import type { FailureCommand } from './panel-messages';
import { answerLine } from './answer-line';
import { ownIcon } from './own-icon';
import { NoServer, type Session } from './session';

const participantId = 'rigrun.participant';

/** How a person calls it. */
const participantName = 'rigrun';

/** The commands of package.json. */
const actions: readonly Action[] = ['explain', 'fix', 'refactor', 'document', 'tests', 'review'];

/** What is kept with an answer in VS Code's chat, and comes back with the history. */
interface Kept {
  readonly conversationId?: string | undefined;
  readonly messageId?: string | undefined;
  readonly action?: Action | undefined;
}

type Commands = Partial<Record<FailureCommand, vscode.Command>>;

export function activateChatParticipant(context: vscode.ExtensionContext, session: Session): void {
  if (!isThere()) return;
  const answering = new Participant(session);
  const participant = vscode.chat.createChatParticipant(participantId, answering.answer);
  participant.iconPath = ownIcon(context.extensionUri);
  participant.followupProvider = {
    provideFollowups: ({ metadata }) => followUps(metadata),
  };
  context.subscriptions.push(
    participant,
    participant.onDidReceiveFeedback(({ result, kind }) => answering.rate(result.metadata, kind)),
    vscode.commands.registerCommand('rigrun.askInChat', () => begin(session)),
  );
}

/**
 * Begins a question to @rigrun. VS Code hands one over only where a model is chosen; it begins in a mode whose
 * models are to call tools, which the server's do not: hence the other mode, and one of them.
 */
async function begin(session: Session): Promise<void> {
  await session.connect();
  const modelSelector = { vendor, id: anyModel };
  const wanted = { query: `@${participantName} `, isPartialQuery: true, mode: 'ask' };
  try {
    await vscode.commands.executeCommand('workbench.action.chat.open', { ...wanted, modelSelector });
  } catch (error) {
    // No model answers, as none runs: another provider's will do.
    session.log.info(`None of the server's models can be chosen in VS Code's chat: ${String(error)}`);
    await vscode.commands.executeCommand('workbench.action.chat.open', wanted);
  }
}

/** An editor that is made of an older VS Code, or of parts of it, may lack the API that the types promise. */
function isThere(): boolean {
  const { chat } = vscode as { chat?: { createChatParticipant?: unknown } };
  return typeof chat?.createChatParticipant === 'function';
}

class Participant {
  /** The last answer of each conversation of this window: who goes on from an earlier one gets a branch. */
  private readonly last = new Map<string, string>();

  constructor(private readonly session: Session) {}

  readonly answer: vscode.ChatRequestHandler = async (request, context, stream, token) => {
    const action = actions.find((name) => name === request.command);
    const params: ChatParams = { message: request.prompt, context: contextOf(request, action) };
    if (action !== undefined) params.action = action;
    if (action === undefined && request.prompt.trim() === '') {
      stream.markdown(vscode.l10n.t('Ask about your code, or begin with a command such as /explain.'));
      return;
    }
    try {
      const conversationId = await this.goOn(context);
      if (conversationId !== undefined) params.conversationId = conversationId;
      const result = await this.ask(params, context, stream, token);
      this.last.set(result.conversationId, result.messageId);
      for (const line of answerLine(result)) stream.markdown(note(line));
      return { metadata: { conversationId: result.conversationId, messageId: result.messageId, action } };
    } catch (error) {
      return this.failed(error, stream, action);
    }
  };

  /** Tells the server what a person thought of an answer. */
  async rate(kept: Kept | undefined, kind: vscode.ChatResultFeedbackKind): Promise<void> {
    if (kept?.messageId === undefined) return;
    const rating = kind === vscode.ChatResultFeedbackKind.Helpful ? 'good' : 'bad';
    try {
      await this.session.request('rigrun/feedback', { messageId: kept.messageId, rating });
    } catch (error) {
      this.session.log.warn(`A rating was not taken: ${String(error)}`);
    }
  }

  /** The conversation that a question goes on with, undefined for a new one. */
  private async goOn({ history }: vscode.ChatContext): Promise<string | undefined> {
    const turn = history.findLast((one): one is vscode.ChatResponseTurn => 'response' in one);
    const { conversationId, messageId } = (turn?.result.metadata ?? {}) as Kept;
    if (conversationId === undefined || messageId === undefined) return conversationId;
    const last = this.last.get(conversationId) ?? messageId;
    if (last === messageId) return conversationId;
    try {
      const branch = { conversationId, messageId };
      return (await this.session.request('rigrun/conversations/branch', branch)).conversationId;
    } catch (error) {
      if (wasRefused(error, 'conversationId') || wasRefused(error, 'messageId')) return undefined; // it was deleted
      throw error;
    }
  }

  /** Asks; a conversation that is gone, or was never begun, is told as text. */
  private async ask(
    params: ChatParams,
    context: vscode.ChatContext,
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<ChatResult> {
    if (params.conversationId !== undefined) {
      try {
        return await this.stream(params, stream, token);
      } catch (error) {
        if (!wasRefused(error, 'conversationId')) throw error;
        delete params.conversationId;
      }
    }
    const text = historyOf(context);
    const before: ContextItem = { kind: 'text', query: 'the conversation so far', text };
    const given = params.context ?? [];
    return this.stream({ ...params, context: text === '' ? given : [before, ...given] }, stream, token);
  }

  private async stream(
    params: ChatParams,
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<ChatResult> {
    let thinks = false;
    const result = await this.session.ask(
      params,
      ({ text, thinking, step }) => {
        if (thinking !== undefined && !thinks) stream.progress(vscode.l10n.t('Thinking'));
        thinks ||= thinking !== undefined;
        if (step !== undefined) stream.progress(`${step.tool} ${step.detail}`);
        if (text !== undefined) stream.markdown(text);
      },
      token,
    );
    if (result.text !== undefined) stream.markdown(result.text);
    return result;
  }

  private failed(
    error: unknown,
    stream: vscode.ChatResponseStream,
    action: Action | undefined,
  ): vscode.ChatResult {
    const metadata: Kept = { conversationId: conversationOf(error), action };
    if (wasCancelled(error)) return { metadata };
    if (error instanceof NoServer) {
      stream.button({ command: 'rigrun.openServerSetting', title: vscode.l10n.t('Set its path') });
      return { errorDetails: { message: error.message }, metadata };
    }
    const { message, hint, action: help } = failureOf(error, labels());
    this.session.log.error(`A question failed: ${message}`);
    const button = help === undefined ? undefined : helps(help.label)[help.command];
    if (button !== undefined) stream.button(button);
    return { errorDetails: { message: hint === '' ? message : `${message} ${hint}` }, metadata };
  }
}

/** What helps, as far as a command does it: to ask again is VS Code's own button. */
function helps(title: string): Commands {
  return {
    settings: { title, command: 'rigrun.openSettings' },
    logs: { title, command: 'rigrun.showLog' },
    install: { title, command: 'vscode.open', arguments: [vscode.Uri.parse(installPage)] },
    restart: { title, command: 'rigrun.restart' },
  };
}

/** What was attached, first to last; with a command and nothing attached, what stands in the editor. */
function contextOf(request: vscode.ChatRequest, action: Action | undefined): ContextItem[] {
  const items = request.references.flatMap((reference) => itemOf(reference) ?? []).reverse();
  const editor = vscode.window.activeTextEditor;
  if (items.length > 0 || action === undefined || editor === undefined) return items;
  const { document, selection } = editor;
  const piece = selection.isEmpty ? filePiece(document.uri) : selectionPiece(document, selection);
  const problems = action === 'fix' ? [diagnosticsPiece(document.uri)] : [];
  return questionContext([piece, ...problems]);
}

/** A reference as the server takes it; it reads files itself, by its own rules. */
function itemOf({ value, modelDescription }: vscode.ChatPromptReference): ContextItem | undefined {
  if (value instanceof vscode.Uri) return { kind: 'file', uri: value.toString() };
  if (value instanceof vscode.Location) {
    return { kind: 'selection', uri: value.uri.toString(), range: plainRange(value.range) };
  }
  if (typeof value !== 'string' || value === '') return undefined;
  return modelDescription === undefined
    ? { kind: 'text', text: value }
    : { kind: 'text', query: modelDescription, text: value };
}

/** What was said before, for a conversation that the server does not have. */
function historyOf({ history }: vscode.ChatContext): string {
  const said = history.map((turn) => {
    if ('prompt' in turn)
      return `user: ${turn.command === undefined ? '' : `/${turn.command} `}${turn.prompt}`;
    const parts = turn.response.map((part) =>
      part instanceof vscode.ChatResponseMarkdownPart ? part.value.value : '',
    );
    return `assistant: ${parts.join('')}`;
  });
  return said.join('\n\n');
}

/** A line that is the extension's own word: nothing in it is read as Markdown. */
function note(line: string): vscode.MarkdownString {
  return new vscode.MarkdownString('\n\n---\n\n').appendText(line);
}

function followUps(kept: Kept | undefined): vscode.ChatFollowup[] {
  const next: Partial<Record<Action, readonly Action[]>> = {
    explain: ['review', 'tests'],
    review: ['fix', 'tests'],
    fix: ['tests'],
    refactor: ['tests', 'document'],
  };
  const titles: Record<Action, string> = {
    explain: vscode.l10n.t('Explain it'),
    review: vscode.l10n.t('Review it'),
    fix: vscode.l10n.t('Fix it'),
    refactor: vscode.l10n.t('Refactor it'),
    document: vscode.l10n.t('Document it'),
    tests: vscode.l10n.t('Write tests for it'),
  };
  if (kept?.messageId === undefined || kept.action === undefined) return [];
  return (next[kept.action] ?? []).map((command) => ({ prompt: '', command, label: titles[command] }));
}
