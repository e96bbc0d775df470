// The extension's icon where VS Code shows it as a picture, which takes no colour of a theme by itself.

import * as vscode from 'vscode';

export function ownIcon(extension: vscode.Uri): { light: vscode.Uri; dark: vscode.Uri } {
  const file = (theme: string) => vscode.Uri.joinPath(extension, 'media', `rigrun-${theme}.svg`);
  return { light: file('light'), dark: file('dark') };
}
