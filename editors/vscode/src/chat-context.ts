// What goes with a question: adding it by a pick, filling it in, and showing the
// exact text that would leave.

import * as vscode from 'vscode';
import {
  diagnosticsPiece,
  filePiece,
  gitPiece,
  selectionPiece,
  type ChipTray,
  type Piece,
} from './chip-tray';
import type { ChatParams, ContextItem } from './lsp-ext';
import { showText } from './virtual-text';
import type { Session } from './session';

/** Lets a person pick a piece of context for the next question. */
export async function addContext(tray: ChipTray): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const choices: (vscode.QuickPickItem & { piece: () => Thenable<readonly Piece[]> | readonly Piece[] })[] =
    [];
  if (editor !== undefined) {
    const { document, selection } = editor;
    if (!selection.isEmpty) {
      const piece = () => [selectionPiece(document, selection)];
      choices.push({ label: vscode.l10n.t('Selection'), piece });
    }
    choices.push(
      { label: vscode.l10n.t('This file'), piece: () => [filePiece(document.uri)] },
      { label: vscode.l10n.t('Problems in this file'), piece: () => [diagnosticsPiece(document.uri)] },
    );
  }
  choices.push(
    { label: vscode.l10n.t('Uncommitted changes'), piece: () => [gitPiece()] },
    { label: vscode.l10n.t('Files…'), piece: pickFiles },
  );
  const placeHolder = vscode.l10n.t('What goes with the next question');
  const chosen = await vscode.window.showQuickPick(choices, { placeHolder });
  for (const piece of (await chosen?.piece()) ?? []) tray.add(piece);
}

async function pickFiles(): Promise<readonly Piece[]> {
  const uris = await vscode.window.showOpenDialog({ canSelectMany: true });
  return (uris ?? []).map(filePiece);
}

/** The context of a question as the server takes it, with what only the editor knows. */
export function questionContext(pieces: readonly Piece[]): ContextItem[] {
  return pieces.map(({ item }) => {
    if (item.kind !== 'diagnostics' || item.uri === undefined) return item;
    return { ...item, text: problems(vscode.Uri.parse(item.uri)) };
  });
}

function problems(uri: vscode.Uri): string {
  const lines = vscode.languages.getDiagnostics(uri).map(({ range, severity, source, message }) => {
    const kind = vscode.DiagnosticSeverity[severity].toLowerCase();
    const from = source === undefined ? '' : ` (${source})`;
    return `${range.start.line + 1}:${range.start.character + 1}: ${kind}: ${message}${from}`;
  });
  return lines.length === 0 ? 'no problems' : lines.join('\n');
}

/** Opens what a question would send, word for word. */
export async function exactText(session: Session, params: ChatParams): Promise<void> {
  const preview = await session.request('rigrun/context/preview', params);
  await showText(vscode.l10n.t('What would be sent'), preview.text);
}
