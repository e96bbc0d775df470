// Commands about the server itself, and when it is started.

import * as vscode from 'vscode';
import { NoServer, type Session } from './session';
import { showText } from './virtual-text';

export function activateServerCommands(context: vscode.ExtensionContext, session: Session): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('rigrun.restart', () => session.restart().catch(ignoreTold)),
    vscode.commands.registerCommand('rigrun.showLog', () => {
      session.log.show();
    }),
    vscode.commands.registerCommand('rigrun.openSettings', () =>
      vscode.commands.executeCommand('workbench.action.openSettings', '@ext:rigrun.rigrun'),
    ),
    vscode.commands.registerCommand('rigrun.openServerSetting', () =>
      vscode.commands.executeCommand('workbench.action.openSettings', 'rigrun.server.path'),
    ),
    vscode.commands.registerCommand('rigrun.doctor', () => doctor(session).catch(ignoreTold)),
    vscode.commands.registerCommand('rigrun.clearCache', () => clearCache(session).catch(ignoreTold)),
    vscode.workspace.onDidOpenTextDocument((document) => {
      startFor(document);
    }),
  );
  vscode.window.visibleTextEditors.forEach(({ document }) => {
    startFor(document);
  });

  // Code actions and hovers need a server as soon as there is code to look at.
  function startFor({ uri }: vscode.TextDocument): void {
    if (uri.scheme !== 'file' || session.state !== 'stopped') return;
    session.connect().catch(ignoreTold);
  }

  function ignoreTold(error: unknown): void {
    // A server that is missing or does not start was told of where that was found out.
    if (!(error instanceof NoServer)) session.log.error(String(error));
  }
}

async function doctor(session: Session): Promise<void> {
  const { checks } = await session.request('rigrun/doctor', {});
  const lines = checks.map(({ ok, name, detail, fix }) => {
    const help = fix === undefined ? '' : `\n  ${vscode.l10n.t('What helps: {0}', fix)}`;
    return `- ${ok ? '✓' : '✗'} **${name}**: ${detail}${help}`;
  });
  await showText(vscode.l10n.t('State of rigrun'), `${lines.join('\n')}\n`);
}

async function clearCache(session: Session): Promise<void> {
  const { removed } = await session.request('rigrun/cache/clear', {});
  void vscode.window.showInformationMessage(vscode.l10n.t('{0} kept answers were removed.', removed));
}
