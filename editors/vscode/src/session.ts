// The one server of this window: started when it is first needed, found again
// after a restart, and asked by every feature. It owns the connection; features
// own nothing but what they asked for.

import * as vscode from 'vscode';
import { accessSync, constants } from 'node:fs';
import type { Connection } from './client';
import type { ChatParams, ChatResult, Partial as Part, Requests, Status } from './lsp-ext';
import type { PanelStatus } from './panel-messages';
import { findServer, versionsAgree, type ServerSearch } from './server-finder';
import { serverPath, settingsForServer } from './settings';

export type ServerState = PanelStatus['server'];

/** There is no server to ask; the person has been told already. */
export class NoServer extends Error {}

export class Session implements vscode.Disposable {
  private connecting: Promise<Connection> | undefined;
  private asked = 0;
  private readonly stateChanged = new vscode.EventEmitter<ServerState>();
  private readonly statusChanged = new vscode.EventEmitter<Status>();

  readonly onState = this.stateChanged.event;
  readonly onStatus = this.statusChanged.event;
  state: ServerState = 'stopped';
  /** The last that the server told, undefined before. */
  status: Status | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly log: vscode.LogOutputChannel,
  ) {}

  /** Starts the server where none runs. It rejects with [NoServer] where none can. */
  connect(): Promise<Connection> {
    this.connecting ??= this.start().catch((error: unknown) => {
      this.connecting = undefined;
      throw error;
    });
    return this.connecting;
  }

  async request<M extends keyof Requests>(
    method: M,
    params: Requests[M][0],
    token?: vscode.CancellationToken,
  ): Promise<Requests[M][1]> {
    return (await this.connect()).request(method, params, token);
  }

  /** Asks a question; its answer comes in parts, and what is known of it at the end. */
  async ask(
    params: ChatParams,
    part: (value: Part) => void,
    token: vscode.CancellationToken,
  ): Promise<ChatResult> {
    const connection = await this.connect();
    this.asked += 1;
    const partialResultToken = `rigrun-${this.asked}`;
    const listening = connection.listen(partialResultToken, part);
    try {
      return await connection.request('rigrun/chat', { ...params, partialResultToken }, token);
    } finally {
      listening.dispose();
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.connect();
  }

  async stop(): Promise<void> {
    const connecting = this.connecting;
    this.connecting = undefined;
    try {
      await (await connecting)?.stop();
    } catch (error) {
      this.log.warn(`The server did not stop by itself: ${String(error)}`);
    }
    this.become('stopped');
  }

  dispose(): void {
    void this.stop();
  }

  private async start(): Promise<Connection> {
    const search = this.find();
    if (!search.found) {
      this.become('missing');
      this.tellMissing(search);
      throw new NoServer(vscode.l10n.t('rigrun-lsp was not found.'));
    }
    this.become('starting');
    this.log.info(`Starting ${search.command} (${search.from})`);
    const { connect } = await import('./client');
    try {
      const connection = await connect(search.command, this.hooks());
      this.log.info(`rigrun-lsp ${connection.serverVersion} runs`);
      this.become('running');
      if (search.from !== 'bundle') this.compareVersions(connection.serverVersion);
      return connection;
    } catch (error) {
      this.become('stopped');
      this.tellGone(vscode.l10n.t('rigrun-lsp could not be started.'));
      throw error;
    }
  }

  private hooks() {
    return {
      log: this.log,
      settings: () => this.settings(),
      onStatus: (status: Status) => {
        this.status = status;
        this.statusChanged.fire(status);
      },
      onGone: () => {
        this.connecting = undefined;
        this.become('stopped');
        this.tellGone(vscode.l10n.t('rigrun-lsp ended several times by itself.'));
      },
    };
  }

  /** What the server is told, which the log names without the values. */
  private settings(): Record<string, unknown> {
    const settings = settingsForServer();
    this.log.info(`Settings: ${Object.keys(settings).sort().join(', ') || 'none'}`);
    return settings;
  }

  private find(): ServerSearch {
    return findServer({
      configured: serverPath(),
      extensionPath: this.context.extensionPath,
      searchPath: process.env['PATH'] ?? '',
      windows: process.platform === 'win32',
      runs,
    });
  }

  private become(state: ServerState): void {
    if (this.state === state) return;
    this.state = state;
    this.stateChanged.fire(state);
  }

  private tellMissing(search: { readonly configured: string }): void {
    const message =
      search.configured === ''
        ? vscode.l10n.t('rigrun-lsp is neither in this extension nor on the PATH.')
        : vscode.l10n.t('The setting rigrun.server.path names no program: {0}', search.configured);
    void this.offer(message, vscode.l10n.t('Set its path'), 'rigrun.openServerSetting');
  }

  private tellGone(message: string): void {
    void this.offer(message, vscode.l10n.t('Show the log'), 'rigrun.showLog');
  }

  private compareVersions(server: string): void {
    const { version } = this.context.extension.packageJSON as { version: string };
    if (versionsAgree(version, server)) return;
    const message = vscode.l10n.t('This extension is version {0}, rigrun-lsp is {1}.', version, server);
    void this.offer(message, vscode.l10n.t('Set its path'), 'rigrun.openServerSetting');
  }

  private async offer(message: string, button: string, command: string): Promise<void> {
    const chosen = await vscode.window.showWarningMessage(message, button);
    if (chosen === button) await vscode.commands.executeCommand(command);
  }
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
