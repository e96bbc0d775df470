// Which document and range a code block of an answer is meant for: the file the
// block names, else what the question was about, else what the person looks at.

import * as vscode from 'vscode';
import type { Piece } from './chip-tray';
import type { BlockRef } from './panel-messages';
import type { Turn } from './transcript';

export interface Target {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
}

/** The target, or the reason why there is none as one clause. */
export async function targetOf(block: BlockRef, turn: Turn | undefined): Promise<Target | string> {
  if (block.path !== undefined && block.path !== '') {
    const uri = await named(block.path);
    if (uri === undefined) return vscode.l10n.t('{0} is not in the workspace', block.path);
    return within(await vscode.workspace.openTextDocument(uri), turn);
  }
  const about = turn?.pieces.find(({ item }) => item.uri !== undefined)?.item.uri;
  if (about !== undefined) {
    return within(await vscode.workspace.openTextDocument(vscode.Uri.parse(about, true)), turn);
  }
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors.at(0);
  if (editor === undefined) return vscode.l10n.t('no file is open to apply it to');
  return within(editor.document, turn);
}

/** A file of the workspace by the path that a model wrote, which may lead nowhere else. */
async function named(path: string): Promise<vscode.Uri | undefined> {
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const uri = vscode.Uri.joinPath(folder.uri, path);
    if (!uri.path.startsWith(`${folder.uri.path}/`)) continue;
    try {
      const { type } = await vscode.workspace.fs.stat(uri);
      if (type === vscode.FileType.File) return uri;
    } catch {
      continue; // the next folder may have it
    }
  }
  return undefined;
}

/** The part of the document that may change: what is selected, what was asked about, or all. */
function within(document: vscode.TextDocument, turn: Turn | undefined): Target {
  const uri = document.uri.toString();
  const asked = turn?.pieces.find(({ item }) => item.uri === uri && item.range !== undefined);
  const range = (asked === undefined ? undefined : again(document, asked)) ?? selected(document);
  return { document, range: range ?? new vscode.Range(0, 0, document.lineCount, 0) };
}

/** Where the text of a piece is now: where it was, or in the one place that has it. */
function again(document: vscode.TextDocument, { item, snapshot }: Piece): vscode.Range | undefined {
  if (item.range === undefined || snapshot === undefined || snapshot === '') return undefined;
  const { start, end } = item.range;
  const was = new vscode.Range(start.line, start.character, end.line, end.character);
  if (document.getText(was) === snapshot) return was;
  const text = document.getText();
  const at = text.indexOf(snapshot);
  if (at < 0 || text.includes(snapshot, at + 1)) return undefined;
  return new vscode.Range(document.positionAt(at), document.positionAt(at + snapshot.length));
}

function selected(document: vscode.TextDocument): vscode.Range | undefined {
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  return editor === undefined || editor.selection.isEmpty ? undefined : editor.selection;
}
