// Small things a panel asks for that need no server.

import * as vscode from 'vscode';
import type { FailureCommand, Place } from './panel-messages';

/** Where a person reads how to get a model server. */
export const installPage = 'https://ollama.com/download';

export async function followFailure(command: FailureCommand): Promise<void> {
  switch (command) {
    case 'settings':
      await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:rigrun.rigrun');
      return;
    case 'logs':
      await vscode.commands.executeCommand('rigrun.showLog');
      return;
    case 'install':
      await vscode.env.openExternal(vscode.Uri.parse(installPage));
      return;
    case 'restart':
      await vscode.commands.executeCommand('rigrun.restart');
      return;
    case 'retry':
      return; // the conversation's own matter
  }
}

/** Shows a place of the workspace or of an open document; a model's word opens no other file. */
export async function reveal({ uri, firstLine, lastLine }: Place): Promise<void> {
  const target = vscode.Uri.parse(uri, true);
  const open = vscode.workspace.textDocuments.some(
    (document) => document.uri.toString() === target.toString(),
  );
  if (!open && vscode.workspace.getWorkspaceFolder(target) === undefined) return;
  const selection = new vscode.Range(firstLine, 0, lastLine, Number.MAX_SAFE_INTEGER);
  await vscode.window.showTextDocument(target, { selection, preview: true, viewColumn: codeColumn() });
}

/** The column of the code that a person looks at, so that a chat in a tab is not covered. */
export function codeColumn(): vscode.ViewColumn {
  return vscode.window.visibleTextEditors.at(0)?.viewColumn ?? vscode.ViewColumn.One;
}

/** Opens a web address after a person has seen it whole. */
export async function openLink(href: string): Promise<void> {
  if (!/^https?:\/\//i.test(href)) return;
  const open = vscode.l10n.t('Open');
  const question = vscode.l10n.t('Open this address? A model has written it.');
  const options = { modal: true, detail: href };
  if ((await vscode.window.showInformationMessage(question, options, open)) === open) {
    await vscode.env.openExternal(vscode.Uri.parse(href, true));
  }
}
