// The language client: what starts the server and speaks LSP with it. Loaded only
// when a server is needed, because it is most of the extension's code.

import type { CancellationToken, LogOutputChannel } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  NotificationType,
  ProgressType,
  type ClientCapabilities,
  type StaticFeature,
} from 'vscode-languageclient/node';
import type { Partial as Part, Requests, Status } from './lsp-ext';

/** A running server. */
export interface Connection {
  readonly serverVersion: string;
  request<M extends keyof Requests>(
    method: M,
    params: Requests[M][0],
    token?: CancellationToken,
  ): Promise<Requests[M][1]>;
  /** Hands over the parts of an answer that is asked for with this partialResultToken. */
  listen(partialResultToken: string, part: (value: Part) => void): { dispose(): void };
  stop(): Promise<void>;
}

export interface Hooks {
  readonly log: LogOutputChannel;
  readonly settings: () => Record<string, unknown>;
  readonly onStatus: (status: Status) => void;
  /** The server ended by itself and is not started again. */
  readonly onGone: () => void;
}

/** How often a server that ends by itself is started again. */
const restarts = 3;

export async function connect(command: string, hooks: Hooks): Promise<Connection> {
  let ended = 0;
  const client: LanguageClient = new LanguageClient(
    'rigrun',
    'rigrun',
    { command, args: ['--stdio'] },
    {
      documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }],
      outputChannel: hooks.log,
      initializationOptions: hooks.settings(),
      initializationFailedHandler: () => false,
      middleware: {
        workspace: {
          configuration: (params) =>
            params.items.map((item) => (item.section === 'rigrun' ? hooks.settings() : null)),
        },
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          ended += 1;
          if (ended <= restarts) return { action: CloseAction.Restart, handled: true };
          hooks.onGone();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    },
  );
  client.registerFeature(new StatusFeature());
  client.onNotification(new NotificationType<Status>('rigrun/status'), hooks.onStatus);
  await client.start();
  return new ClientConnection(client);
}

/** Tells the server that this client wants rigrun/status. */
class StatusFeature implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { rigrun: { status: true } };
  }
  initialize(): void {
    // Nothing to register.
  }
  getState() {
    return { kind: 'static' as const };
  }
  clear(): void {
    // Nothing is held.
  }
}

class ClientConnection implements Connection {
  constructor(private readonly client: LanguageClient) {}

  get serverVersion(): string {
    return this.client.initializeResult?.serverInfo?.version ?? '';
  }

  request<M extends keyof Requests>(method: M, params: Requests[M][0], token?: CancellationToken) {
    // An absent token would count as a second parameter.
    return token === undefined
      ? this.client.sendRequest<Requests[M][1]>(method, params)
      : this.client.sendRequest<Requests[M][1]>(method, params, token);
  }

  listen(partialResultToken: string, part: (value: Part) => void) {
    return this.client.onProgress(new ProgressType<Part>(), partialResultToken, part);
  }

  async stop(): Promise<void> {
    await this.client.dispose(2000);
  }
}
