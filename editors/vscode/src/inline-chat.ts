// A change asked for at the cursor: one line of words, then the answer's edit in
// the diff, where Tab takes it and Escape leaves it. Nothing changes before that.

import * as vscode from 'vscode';
import { selectionPiece, plainRange } from './chip-tray';
import { labels } from './asking';
import { openReview, type Review } from './edit-review';
import { failureOf, wasCancelled } from './failure';
import { codeSoFar, growing } from './hunks';
import type { ProposeResult } from './lsp-ext';
import { NoServer, type Session } from './session';

export function activateInlineChat(context: vscode.ExtensionContext, session: Session): void {
  context.subscriptions.push(vscode.commands.registerCommand('rigrun.inlineChat', () => askHere(session)));
}

async function askHere(session: Session): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return;
  const { document, selection } = editor;
  const range = selection.isEmpty ? await around(document, selection.active) : selection;
  const lines = `${range.start.line + 1}–${range.end.line + 1}`;
  const message = await vscode.window.showInputBox({
    title: vscode.l10n.t('Change lines {0}', lines),
    placeHolder: vscode.l10n.t('What should change'),
  });
  if (message === undefined || message.trim() === '') return;
  try {
    await change(session, document, range, message);
  } catch (error) {
    if (wasCancelled(error) || error instanceof NoServer) return;
    const { message: text, hint } = failureOf(error, labels());
    void vscode.window.showErrorMessage(hint === '' ? text : `${text}. ${hint}`);
  }
}

/** The edit grows in the diff as the model writes it; Escape there, or closing it, stops the model. */
async function change(
  session: Session,
  document: vscode.TextDocument,
  range: vscode.Range,
  message: string,
): Promise<void> {
  const stop = new vscode.CancellationTokenSource();
  const before = document.version;
  const reviews: Review[] = []; // the one of this change, once there is something to show
  const show = () => {
    const [open] = reviews;
    if (open !== undefined) return open;
    const made = openReview(document);
    reviews.push(made);
    void made.show(message, range.start);
    void made.ended.then(() => {
      stop.cancel();
    });
    return made;
  };
  const close = async () => {
    for (const open of reviews) {
      open.end();
      await open.result();
    }
  };
  try {
    const draft = (text: string) => {
      show().grow(text);
    };
    const result = await edit(session, { document, range, message }, draft, stop.token);
    const reason = document.version === before ? refusal(result) : changedMeanwhile();
    if (reason === undefined) {
      const open = show();
      open.settle([...result.edits, ...result.imports]);
      await open.result();
    } else {
      await close();
      say(reason);
    }
  } catch (error) {
    const stopped = stop.token.isCancellationRequested;
    await close();
    if (!stopped) throw error;
    if (document.version !== before) say(changedMeanwhile());
  } finally {
    stop.dispose();
  }
}

function changedMeanwhile(): string {
  return vscode.l10n.t('Not applied: the file changed meanwhile.');
}

function refusal({ edits, imports, refused }: ProposeResult): string | undefined {
  if (refused !== undefined) return vscode.l10n.t('Not applied: {0}.', refused);
  if (edits.length + imports.length === 0) return vscode.l10n.t('The answer changes nothing.');
  return undefined;
}

interface Change {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
  readonly message: string;
}

/** Asks the model, which a notification can cancel, and hands over what the document would be so far. */
function edit(
  session: Session,
  { document, range, message }: Change,
  draft: (text: string) => void,
  stop: vscode.CancellationToken,
): Thenable<ProposeResult> {
  const options = { location: vscode.ProgressLocation.Notification, title: message, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, token) => {
    const original = document.getText();
    const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    const either = new vscode.CancellationTokenSource();
    const heard = [token, stop].map((one) =>
      one.onCancellationRequested(() => {
        either.cancel();
      }),
    );
    let text = '';
    const part = (value: { text?: string }) => {
      text += value.text ?? '';
      const code = codeSoFar(text);
      if (code !== '') draft(growing(original, start, end, code));
    };
    try {
      const { item } = selectionPiece(document, range);
      const params = { message, action: 'refactor' as const, context: [item] };
      const result = await session.ask(params, part, either.token);
      const answer = { text: result.text ?? text, action: 'refactor' as const };
      const place = { uri: document.uri.toString(), range: plainRange(range) };
      return await session.request('rigrun/edit/propose', { ...place, ...answer }, either.token);
    } finally {
      for (const one of heard) one.dispose();
      either.dispose();
    }
  });
}

function say(text: string): void {
  void vscode.window.showInformationMessage(text);
}

/** The declaration around a place as a language extension knows it, else the paragraph. */
async function around(document: vscode.TextDocument, at: vscode.Position): Promise<vscode.Range> {
  const symbols = await vscode.commands.executeCommand<
    (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >('vscode.executeDocumentSymbolProvider', document.uri);
  const ranges = (symbols ?? []).map((symbol) => ('range' in symbol ? symbol.range : symbol.location.range));
  return ranges.find((range) => range.contains(at)) ?? paragraph(document, at.line);
}

function paragraph(document: vscode.TextDocument, line: number): vscode.Range {
  const blank = (number: number) => document.lineAt(number).isEmptyOrWhitespace;
  let first = line;
  let last = line;
  while (first > 0 && !blank(first - 1)) first -= 1;
  while (last + 1 < document.lineCount && !blank(last + 1)) last += 1;
  return new vscode.Range(first, 0, last, document.lineAt(last).text.length);
}
