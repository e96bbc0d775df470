// The walkthrough, opened once: with the first start on this machine.

import * as vscode from 'vscode';

const shownBefore = 'rigrun.welcomed';

export function activateWelcome(context: vscode.ExtensionContext): void {
  const open = () =>
    vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      `${context.extension.id}#rigrun.start`,
      false,
    );
  context.subscriptions.push(vscode.commands.registerCommand('rigrun.openWalkthrough', open));
  if (context.globalState.get<boolean>(shownBefore) === true) return;
  void context.globalState.update(shownBefore, true).then(open);
}
