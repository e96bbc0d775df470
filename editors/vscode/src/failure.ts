// Turns a failed request into words for a person, and the one button that helps.

import type { ErrorData } from './lsp-ext';
import type { Failure, FailureCommand } from './panel-messages';

/** What a button says, by what it does. */
export type Labels = Readonly<Record<FailureCommand, string>>;

const helps: Readonly<Record<string, FailureCommand>> = {
  no_backend: 'install',
  unreachable: 'retry',
  model_not_found: 'settings',
  auth: 'settings',
  rate_limited: 'retry',
  timeout: 'retry',
  policy: 'settings',
  bad_response: 'logs',
  stream_interrupted: 'retry',
};

// LSP's code for a request that its client has cancelled.
const requestCancelled = -32800;

// JSON-RPC's code for parameters that are no good.
const invalidParams = -32602;

export function wasCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === requestCancelled;
}

/** Whether the server knows nothing by the name that it was given in this parameter. */
export function wasRefused(error: unknown, parameter: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== invalidParams) return false;
  return error.message.startsWith(`${parameter}: `);
}

export function failureOf(error: unknown, labels: Labels): Failure {
  const data = errorData(error);
  if (data === undefined) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'other', message, hint: '', action: { label: labels.logs, command: 'logs' } };
  }
  const command = helps[data.kind];
  const action = command === undefined ? undefined : { label: labels[command], command };
  return { kind: data.kind, message: data.message, hint: data.hint, action };
}

/** The conversation that a failed or cancelled question has, where it got so far. */
export function conversationOf(error: unknown): string | undefined {
  const id = dataOf(error)?.conversationId;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function errorData(error: unknown): ErrorData | undefined {
  const { kind, message, hint } = dataOf(error) ?? {};
  if (typeof kind !== 'string' || typeof message !== 'string') return undefined;
  return { kind, message, hint: typeof hint === 'string' ? hint : '' };
}

function dataOf(error: unknown): Partial<Record<keyof ErrorData, unknown>> | undefined {
  if (!(error instanceof Error) || !('data' in error)) return undefined;
  const data: unknown = error.data;
  return typeof data === 'object' && data !== null ? data : undefined;
}
