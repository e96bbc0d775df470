// The entry in the status bar, and the menu behind it.

import * as vscode from 'vscode';
import type { Session } from './session';
import { cents, percent, statusText } from './status-text';

/**
 * How long what the server says rests before it is shown, in milliseconds. An answer's first words come
 * with such news, and are on the screen sooner where nothing else is painted with them.
 */
const rest = 200;

export function activateStatusBar(context: vscode.ExtensionContext, session: Session): void {
  const item = vscode.window.createStatusBarItem('rigrun.status', vscode.StatusBarAlignment.Right, 10);
  item.name = 'rigrun';
  item.command = 'rigrun.menu';
  const draw = () => {
    item.text = statusText(session.state, session.status);
    item.tooltip = tooltip(session);
    const label = vscode.l10n.t('rigrun: {0}', session.status?.state ?? session.state);
    item.accessibilityInformation = { label };
  };
  let resting: NodeJS.Timeout | undefined;
  const drawSoon = () => {
    resting ??= setTimeout(() => {
      resting = undefined;
      draw();
    }, rest);
  };
  draw();
  item.show();
  context.subscriptions.push(
    item,
    {
      dispose: () => {
        clearTimeout(resting);
      },
    },
    session.onState(drawSoon),
    session.onStatus(drawSoon),
    vscode.commands.registerCommand('rigrun.menu', menu),
  );
}

function tooltip({ state, status }: Session): string {
  if (state === 'missing') return vscode.l10n.t('rigrun-lsp was not found');
  if (state !== 'running' || status === undefined) return vscode.l10n.t('rigrun-lsp is not running yet');
  const lines = [
    status.state === 'offline' ? vscode.l10n.t('offline: nothing leaves this machine') : undefined,
    status.model === undefined ? undefined : `${status.tier ?? ''} · ${status.model}`,
    vscode.l10n.t('spent today: {0}', cents(status.costTodayCents)),
    vscode.l10n.t('from the cache: {0}', percent(status.cacheHitRate)),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

async function menu(): Promise<void> {
  const entries = [
    { label: vscode.l10n.t('Open the chat'), command: 'rigrun.openChat' },
    { label: vscode.l10n.t('New conversation'), command: 'rigrun.newConversation' },
    { label: vscode.l10n.t('Check the setup'), command: 'rigrun.doctor' },
    { label: vscode.l10n.t('Clear the cache of answers'), command: 'rigrun.clearCache' },
    { label: vscode.l10n.t('Settings'), command: 'rigrun.openSettings' },
    { label: vscode.l10n.t('Show the log'), command: 'rigrun.showLog' },
    { label: vscode.l10n.t('Restart the server'), command: 'rigrun.restart' },
  ];
  const chosen = await vscode.window.showQuickPick(entries, { placeHolder: 'rigrun' });
  if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
}
