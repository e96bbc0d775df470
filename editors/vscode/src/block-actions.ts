// What a person does with a code block of an answer: insert it, apply it as an
// edit, undo that, or open it as a file of its own.

import * as vscode from 'vscode';
import { replaceText, review } from './edit-review';
import { fenced } from './hunks';
import { targetOf } from './block-target';
import type { ProposeParams } from './lsp-ext';
import type { ApplyOutcome, BlockRef, ToPanel } from './panel-messages';
import { codeColumn } from './panel-errands';
import { plainRange } from './chip-tray';
import type { Session } from './session';
import type { Transcript } from './transcript';

type BlockName = Pick<BlockRef, 'messageId' | 'index'>;

interface Change {
  readonly document: vscode.TextDocument;
  readonly before: string;
  readonly after: string;
}

export class BlockActions {
  private readonly changes = new Map<string, Change>();

  constructor(
    private readonly session: Session,
    private readonly transcript: Transcript,
    private readonly post: (message: ToPanel) => void,
  ) {}

  async insert(code: string): Promise<void> {
    const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors.at(0);
    if (editor === undefined) {
      this.post({ type: 'notice', text: vscode.l10n.t('No file is open to insert into.') });
      return;
    }
    await editor.edit((edit) => {
      edit.replace(editor.selection, code);
    });
    await vscode.window.showTextDocument(editor.document, { viewColumn: editor.viewColumn ?? codeColumn() });
  }

  async newFile(content: string, language: string): Promise<void> {
    const known = await vscode.languages.getLanguages();
    const options = known.includes(language) ? { content, language } : { content };
    const document = await vscode.workspace.openTextDocument(options);
    await vscode.window.showTextDocument(document, { viewColumn: codeColumn() });
  }

  async apply(block: BlockRef): Promise<void> {
    this.tell(block, await this.outcome(block));
  }

  async undo(block: BlockName): Promise<void> {
    const change = this.changes.get(nameOf(block));
    if (change?.document.getText() !== change?.after || change === undefined) {
      this.refuse(block, vscode.l10n.t('the file has changed since'));
      return;
    }
    await replaceText(change.document, change.before);
    this.changes.delete(nameOf(block));
    this.tell(block, { state: 'undone' });
  }

  private async outcome(block: BlockRef): Promise<ApplyOutcome> {
    const turn = this.transcript.turnOf(block.messageId);
    const target = await targetOf(block, turn);
    if (typeof target === 'string') return { state: 'refused', reason: target };
    const { document, range } = target;
    const uri = document.uri.toString();
    const text = fenced(block.language, block.code);
    const params: ProposeParams = { uri, range: plainRange(range), text };
    if (turn?.action !== undefined) params.action = turn.action;
    const { edits, imports, refused } = await this.session.request('rigrun/edit/propose', params);
    if (refused !== undefined) return { state: 'refused', reason: refused };
    if (edits.length + imports.length === 0) {
      return { state: 'refused', reason: vscode.l10n.t('it changes nothing') };
    }
    const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
    const title = vscode.l10n.t('{0}: what the answer changes', name);
    const end = await review(document, [...edits, ...imports], title);
    if (end.state === 'changed') {
      return { state: 'refused', reason: vscode.l10n.t('the file changed meanwhile') };
    }
    const { accepted, of, before } = end;
    if (accepted > 0) this.changes.set(nameOf(block), { document, before, after: document.getText() });
    return { state: 'applied', accepted, of };
  }

  private refuse(block: BlockName, reason: string): void {
    this.tell(block, { state: 'refused', reason });
  }

  private tell({ messageId, index }: BlockName, outcome: ApplyOutcome): void {
    this.post({ type: 'applied', block: { messageId, index }, outcome });
  }
}

function nameOf({ messageId, index }: BlockName): string {
  return `${messageId}/${index}`;
}
