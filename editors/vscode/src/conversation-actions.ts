// The conversations that the server keeps, as a panel lists and opens them.

import * as vscode from 'vscode';
import type { ToPanel } from './panel-messages';
import type { Session } from './session';
import type { Transcript } from './transcript';

const listed = 100;

const extensions = { markdown: 'md', json: 'json', html: 'html' } as const;

export class ConversationActions {
  constructor(
    private readonly session: Session,
    private readonly transcript: Transcript,
    private readonly post: (message: ToPanel) => void,
  ) {}

  async open(conversationId: string): Promise<void> {
    const conversation = await this.session.request('rigrun/conversations/get', { conversationId });
    this.transcript.load(conversation);
    this.post({ type: 'conversation', conversation });
  }

  async show(): Promise<void> {
    this.post({ type: 'show', view: 'conversations' });
    await this.list('');
  }

  async list(query: string): Promise<void> {
    this.post({ type: 'conversations', items: await this.find(query), query });
  }

  private async find(query: string) {
    if (query.trim() !== '') {
      return (await this.session.request('rigrun/conversations/search', { query, limit: listed })).items;
    }
    const { items } = await this.session.request('rigrun/conversations/list', { limit: listed });
    return items.map((summary) => ({ summary, snippets: [] }));
  }

  async rename(conversationId: string, title: string): Promise<void> {
    await this.session.request('rigrun/conversations/rename', { conversationId, title });
    await this.list('');
  }

  async remove(conversationId: string): Promise<void> {
    const gone = vscode.l10n.t('Delete');
    const question = vscode.l10n.t('Delete this conversation for good?');
    if ((await vscode.window.showWarningMessage(question, { modal: true }, gone)) !== gone) return;
    await this.session.request('rigrun/conversations/delete', { conversationId });
    if (this.transcript.conversationId === conversationId) {
      this.transcript.clear();
      this.post({ type: 'conversation', conversation: null });
    }
    await this.list('');
  }

  async exportAs(conversationId: string, format: keyof typeof extensions): Promise<void> {
    const { content } = await this.session.request('rigrun/conversations/export', { conversationId, format });
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const name = `conversation.${extensions[format]}`;
    const options = folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) };
    const target = await vscode.window.showSaveDialog(options);
    if (target === undefined) return;
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(content));
    await vscode.window.showTextDocument(target);
  }

  /** Goes on from an answer in a conversation of its own, which has everything up to it. */
  async branch(messageId: string): Promise<void> {
    const { conversationId } = this.transcript;
    if (conversationId === undefined) return;
    const copy = await this.session.request('rigrun/conversations/branch', { conversationId, messageId });
    await this.open(copy.conversationId);
  }
}
