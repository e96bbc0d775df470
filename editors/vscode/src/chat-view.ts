// Where a chat panel is shown: in the side bar, which a person can move, or in a
// tab of its own. Each has its own page and its own controller.

import * as vscode from 'vscode';
import { randomBytes } from 'node:crypto';
import { ChatController, type Memory } from './chat-controller';
import { ownIcon } from './own-icon';
import { isToHost } from './panel-guards';
import { panelPage } from './panel-page';
import type { Session } from './session';

export const viewId = 'rigrun.chat';

/** A page that is out of sight stays as it is: an answer goes on, and where it is read is not lost. */
const kept = { retainContextWhenHidden: true };

const lastConversation = 'rigrun.conversation';

/** A tab keeps its conversation in its page's state alone. */
const forgetful: Memory = { get: () => undefined, set: () => undefined };

export class ChatView implements vscode.WebviewViewProvider {
  /** Resolved with the controller of the side bar's page, once it is shown. */
  private shown: ChatController | undefined;
  private waiting: ((controller: ChatController) => void)[] = [];

  constructor(
    private readonly session: Session,
    private readonly context: vscode.ExtensionContext,
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    const controller = this.fill(view.webview, this.memory());
    this.shown = controller;
    view.onDidChangeVisibility(() => {
      controller.see(view.visible);
    });
    view.onDidDispose(() => {
      controller.dispose();
      if (this.shown === controller) this.shown = undefined;
    });
    for (const wake of this.waiting.splice(0)) wake(controller);
  }

  /** Shows the chat in the side bar and returns what stands behind it. */
  async open(): Promise<ChatController> {
    await vscode.commands.executeCommand(`${viewId}.focus`);
    if (this.shown !== undefined) return this.shown;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** Shows a chat of its own in a tab. */
  openTab(): ChatController {
    const title = vscode.l10n.t('Chat');
    const options = { ...this.options(), ...kept };
    const panel = vscode.window.createWebviewPanel(viewId, title, vscode.ViewColumn.Beside, options);
    return this.fillTab(panel);
  }

  fillTab(panel: vscode.WebviewPanel): ChatController {
    panel.iconPath = ownIcon(this.context.extensionUri);
    const controller = this.fill(panel.webview, forgetful);
    panel.onDidChangeViewState(() => {
      controller.see(panel.visible);
    });
    panel.onDidDispose(() => {
      controller.dispose();
    });
    return controller;
  }

  // The page's own state is saved with a delay, which a quick reload does not wait for.
  private memory(): Memory {
    const state = this.context.workspaceState;
    return {
      get: () => state.get<string>(lastConversation),
      set: (conversationId) => {
        void state.update(lastConversation, conversationId);
      },
    };
  }

  private options(): vscode.WebviewOptions {
    return {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.context.extensionUri, 'dist')],
    };
  }

  private fill(webview: vscode.Webview, memory: Memory): ChatController {
    webview.options = this.options();
    const controller = new ChatController(
      this.session,
      (message) => {
        void webview.postMessage(message);
      },
      memory,
    );
    webview.onDidReceiveMessage((message: unknown) => {
      if (isToHost(message)) void controller.handle(message);
    });
    const file = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.context.extensionUri, 'dist', name)).toString();
    webview.html = panelPage({
      nonce: randomBytes(16).toString('hex'),
      source: webview.cspSource,
      script: file('panel.js'),
      style: file('panel.css'),
      locale: vscode.env.language,
    });
    return controller;
  }
}

export function activateChatView(context: vscode.ExtensionContext, session: Session): ChatView {
  const view = new ChatView(session, context);
  context.subscriptions.push(
    vscode.window.registerWebviewViewProvider(viewId, view, { webviewOptions: kept }),
    vscode.window.registerWebviewPanelSerializer(viewId, {
      deserializeWebviewPanel: (panel) => {
        view.fillTab(panel);
        return Promise.resolve();
      },
    }),
    vscode.commands.registerCommand('rigrun.openChat', () => view.open()),
    vscode.commands.registerCommand('rigrun.openInEditor', () => {
      view.openTab();
    }),
    vscode.commands.registerCommand('rigrun.newConversation', async () => {
      (await view.open()).newConversation();
    }),
    vscode.commands.registerCommand('rigrun.showConversations', async () => {
      await (await view.open()).showConversations();
    }),
  );
  return view;
}
