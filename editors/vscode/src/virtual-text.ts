// Texts that are shown and not kept: read-only documents of their own scheme.

import * as vscode from 'vscode';

const scheme = 'rigrun-text';

/** How many texts are held for their tabs. */
const most = 20;

const texts = new Map<string, string>();
let count = 0;

export function activateVirtualText(context: vscode.ExtensionContext): void {
  const provider: vscode.TextDocumentContentProvider = {
    provideTextDocumentContent: (uri) =>
      texts.get(uri.query) ?? vscode.l10n.t('This text is no longer held.'),
  };
  context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
}

/** The address of a text under a name that an editor's tab shows. */
export function addressOf(name: string, text: string): vscode.Uri {
  count += 1;
  const id = String(count);
  texts.set(id, text);
  const oldest = [...texts.keys()].at(0);
  if (texts.size > most && oldest !== undefined) texts.delete(oldest);
  return vscode.Uri.from({ scheme, path: `/${name}`, query: id });
}

export async function showText(name: string, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(addressOf(`${name}.md`, text));
  await vscode.window.showTextDocument(document, { preview: true });
}
