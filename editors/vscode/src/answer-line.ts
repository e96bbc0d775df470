// The lines under an answer in a chat that is not ours: where it came from and what
// it cost, and what the model was not sent.

import * as vscode from 'vscode';
import type { ChatResult } from './lsp-ext';
import { cents } from './status-text';

export function answerLine({ route, cache, metrics, costCents, redactions, left }: ChatResult): string[] {
  const from =
    cache.hit === 'none'
      ? [route.tier, route.model]
      : [
          cache.hit === 'exact'
            ? vscode.l10n.t('from cache')
            : vscode.l10n.t('from cache, similar question {0}', (cache.similarity ?? 0).toFixed(2)),
        ];
  const speed = Math.round(metrics.tokensPerSecond);
  const parts = [
    ...from,
    cache.hit === 'none' && speed > 0 ? vscode.l10n.t('{0} tok/s', speed) : '',
    cents(costCents),
    route.classification === 'UNCLASSIFIED' ? '' : route.classification,
    redactions.length === 0 ? '' : vscode.l10n.t('secrets replaced: {0}', redactions.length),
  ];
  const lines = [parts.filter((part) => part !== '').join(' · ')];
  if (left !== undefined && left.length > 0) {
    const all = left.map(({ name, kind, reason }) => `${name ?? kind} (${reason})`).join(', ');
    lines.push(vscode.l10n.t('Left out: {0}', all));
  }
  return lines;
}
