// What the status bar says of the server, in words and in VS Code's icons.

import type { Status } from './lsp-ext';

export function statusText(server: string, status: Status | undefined): string {
  if (server === 'missing' || server === 'stopped') return '$(circle-slash) rigrun';
  if (server === 'starting' || status === undefined) return '$(loading~spin) rigrun';
  switch (status.state) {
    case 'routing':
      // No icon that turns: it would have the window painted for as long as a model thinks.
      return '$(comment-unresolved) rigrun';
    case 'streaming': {
      const speed =
        status.tokensPerSecond === undefined ? '' : ` ${Math.round(status.tokensPerSecond)} tok/s`;
      return `$(comment-discussion) ${status.tier ?? 'rigrun'}${speed}`;
    }
    case 'offline':
      return '$(shield) rigrun';
    default:
      return `$(comment) rigrun${status.costTodayCents > 0 ? ` ${cents(status.costTodayCents)}` : ''}`;
  }
}

/** An amount of money: "0 ¢", "0.4 ¢", "12 ¢", "$1.50". */
export function cents(amount: number): string {
  if (amount >= 100) return `$${(amount / 100).toFixed(2)}`;
  return `${amount === 0 || amount >= 10 ? Math.round(amount) : Number(amount.toPrecision(2))} ¢`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
