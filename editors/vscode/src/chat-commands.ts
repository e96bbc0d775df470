// Asking from the editor and the explorer: the selection goes to the chat, with
// an action or as context for the next question.

import * as vscode from 'vscode';
import { filePiece, selectionPiece, type Piece } from './chip-tray';
import type { ChatView } from './chat-view';
import type { Action } from './lsp-ext';

export function activateChatCommands(context: vscode.ExtensionContext, view: ChatView): void {
  const ask = (action: Action) => async () => {
    const piece = editorPiece();
    if (piece === undefined) return;
    const chat = await view.open();
    await chat.ask({ text: '', action, pieces: [piece] });
  };
  const add = async (clicked?: vscode.Uri, all?: readonly vscode.Uri[]) => {
    const pieces = explorerPieces(clicked, all) ?? [editorPiece()].filter((piece) => piece !== undefined);
    const chat = await view.open();
    for (const piece of pieces) chat.addToNext(piece);
  };
  context.subscriptions.push(
    vscode.commands.registerCommand('rigrun.explainSelection', ask('explain')),
    vscode.commands.registerCommand('rigrun.reviewSelection', ask('review')),
    vscode.commands.registerCommand('rigrun.addSelection', () => add()),
    vscode.commands.registerCommand('rigrun.addFile', add),
  );
}

/** What is selected, or the whole file where nothing is. */
function editorPiece(): Piece | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const { document, selection } = editor;
  return selection.isEmpty ? filePiece(document.uri) : selectionPiece(document, selection);
}

function explorerPieces(clicked?: vscode.Uri, all?: readonly vscode.Uri[]): Piece[] | undefined {
  const uris = all ?? (clicked === undefined ? undefined : [clicked]);
  return uris?.map(filePiece);
}
