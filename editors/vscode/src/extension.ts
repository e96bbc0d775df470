// The entry point: every feature registers itself and waits. The server starts
// with the first document or question, never here.

import * as vscode from 'vscode';
import { activateChatCommands } from './chat-commands';
import { activateChatParticipant } from './chat-participant';
import { activateChatView } from './chat-view';
import { activateEditReview } from './edit-review';
import { activateInlineChat } from './inline-chat';
import { activateModelProvider } from './model-provider';
import { activateServerCommands } from './server-commands';
import { Session } from './session';
import { activateStatusBar } from './status-bar';
import { activateVirtualText } from './virtual-text';
import { activateWelcome } from './welcome';

export function activate(context: vscode.ExtensionContext): void {
  const begin = performance.now();
  const log = vscode.window.createOutputChannel('rigrun', { log: true });
  const session = new Session(context, log);
  context.subscriptions.push(log, session);
  const view = activateChatView(context, session);
  activateChatCommands(context, view);
  activateEditReview(context);
  activateInlineChat(context, session);
  activateChatParticipant(context, session);
  activateModelProvider(context, session);
  activateStatusBar(context, session);
  activateVirtualText(context);
  activateServerCommands(context, session);
  activateWelcome(context);
  log.info(`Activated in ${(performance.now() - begin).toFixed(1)} ms`);
}
