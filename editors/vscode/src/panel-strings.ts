// The panel's words in the language of the editor.

import * as vscode from 'vscode';
import { english } from '../webview/strings';

export function panelStrings(): Record<string, string> {
  return Object.fromEntries(Object.entries(english).map(([name, text]) => [name, vscode.l10n.t(text)]));
}
