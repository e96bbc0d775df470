// A change asked for at the cursor: one line of words, then the answer's edit in
// the diff, where Tab takes it and Escape leaves it. Nothing changes before that.

import * as vscode from 'vscode';
import { selectionPiece, plainRange } from './chip-tray';
import { labels } from './asking';
import { review } from './edit-review';
import { failureOf, wasCancelled } from './failure';
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

async function change(
  session: Session,
  document: vscode.TextDocument,
  range: vscode.Range,
  message: string,
): Promise<void> {
  const before = document.version;
  const { edits, imports, refused } = await edit(session, document, range, message);
  if (document.version !== before) {
    say(vscode.l10n.t('Not applied: the file changed meanwhile.'));
    return;
  }
  if (refused !== undefined) {
    say(vscode.l10n.t('Not applied: {0}.', refused));
    return;
  }
  if (edits.length + imports.length === 0) {
    say(vscode.l10n.t('The answer changes nothing.'));
    return;
  }
  await review(document, [...edits, ...imports], message);
}

/** Asks the model, with its words as they come in a notification that can be cancelled. */
function edit(
  session: Session,
  document: vscode.TextDocument,
  range: vscode.Range,
  message: string,
): Thenable<ProposeResult> {
  const options = { location: vscode.ProgressLocation.Notification, title: message, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    let text = '';
    const { item } = selectionPiece(document, range);
    const part = (value: { text?: string }) => {
      text += value.text ?? '';
      const lastLine = text.trimEnd().split('\n').at(-1) ?? '';
      progress.report({ message: lastLine.trim().slice(0, 60) });
    };
    const result = await session.ask({ message, action: 'refactor', context: [item] }, part, token);
    text = result.text ?? text;
    const params = {
      uri: document.uri.toString(),
      range: plainRange(range),
      text,
      action: 'refactor' as const,
    };
    return session.request('rigrun/edit/propose', params);
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
