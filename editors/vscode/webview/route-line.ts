// The line under an answer: who answered, how fast, for how much; and behind it, why.

import type { CacheEntryResult, CacheInfo, Left, Redaction, RouteDecision } from '../src/lsp-ext';
import type { Desk } from './desk';
import { button, element, icon } from './element';
import { showHidden } from './hidden-characters';
import type { AnswerFacts } from './panel-model';
import type { Say, StringKey } from './strings';

/** The line, or undefined as long as nothing is known. */
export function routeLine(desk: Desk, facts: AnswerFacts, regenerate: () => void): HTMLElement | undefined {
  const { route, cache } = facts;
  if (!route) return undefined;
  const { say } = desk;
  const details = routeDetails(say, facts, route);
  details.hidden = true;
  const toggle = element('button', { type: 'button', class: 'route-toggle', 'aria-expanded': 'false' });
  toggle.append(...words(say, facts, route), icon('chevron-right'));
  toggle.addEventListener('click', () => {
    details.hidden = !details.hidden;
    toggle.setAttribute('aria-expanded', String(!details.hidden));
  });
  const line = element('div', { class: 'route' }, element('div', { class: 'route-row' }, toggle));
  const entryId = cache?.entryId;
  if (cache?.hit === 'semantic' && entryId !== undefined && facts.match === undefined) {
    const show = () => {
      desk.post({ type: 'showMatch', entryId });
    };
    line.firstElementChild?.append(button(say('cache.show'), show, { class: 'link' }));
  }
  if (cache && cache.hit !== 'none' && facts.usage) {
    const again = button(say('cache.regenerate'), regenerate, { class: 'link' });
    line.firstElementChild?.append(again);
  }
  if (facts.match !== undefined) line.append(matchOf(desk, facts.match, cache?.similarity ?? 0));
  line.append(details);
  return line;
}

/** The question that a kept answer was made for, with how near it comes and how old it is. */
function matchOf({ say }: Desk, match: CacheEntryResult | null, similarity: number): HTMLElement {
  const part = element('div', { class: 'match', tabindex: '-1' });
  if (match === null) {
    part.append(say('cache.gone'));
    return part;
  }
  const ago = age(say, Math.max(0, (Date.now() - Date.parse(match.createdAt)) / 1000));
  part.append(
    element('blockquote', { dir: 'auto' }, showHidden(match.question ?? '')),
    element('div', { dir: 'auto' }, say('cache.match', similarity.toFixed(2), ago, match.model)),
  );
  return part;
}

/** The parts of the line, a dot between each two; what a cloud costs stands out. */
function words(say: Say, facts: AnswerFacts, route: RouteDecision): Node[] {
  const { cache } = facts;
  const cached = cache !== undefined && cache.hit !== 'none';
  const parts: (HTMLElement | string)[] = cached
    ? cacheWords(say, cache).split(' · ')
    : [tierName(say, route.tier), element('span', { class: 'model' }, route.model)];
  if (!cached && facts.tokensPerSecond !== undefined && facts.tokensPerSecond > 0) {
    parts.push(say('route.speed', Math.round(facts.tokensPerSecond)));
  }
  if (facts.totalMs !== undefined) parts.push(took(say, facts.totalMs));
  if (facts.costCents !== undefined) {
    const cost = say('route.cents', cents(facts.costCents));
    parts.push(facts.costCents > 0 ? element('strong', { class: 'price' }, cost) : cost);
  }
  if (facts.left?.length) parts.push(say('route.leftCount', facts.left.length));
  return parts.flatMap((part, index) => {
    const item = element('span', { class: 'route-part', dir: 'auto' }, part);
    return index === 0 ? [item] : [document.createTextNode(' · '), item];
  });
}

function cacheWords(say: Say, cache: CacheInfo): string {
  if (cache.hit === 'semantic') return say('cache.semantic', (cache.similarity ?? 0).toFixed(2));
  return cache.ageSeconds === undefined
    ? say('cache.exactNow')
    : say('cache.exact', age(say, cache.ageSeconds));
}

function routeDetails(say: Say, facts: AnswerFacts, route: RouteDecision): HTMLElement {
  const rows: [StringKey, string | undefined][] = [
    ['route.why', route.reason],
    ['route.forcedBy', route.forcedBy],
    ['route.fallback', route.fallbackFrom],
    ['route.asked', `${route.queryType}, ${route.complexity} (${route.score.toFixed(2)})`],
    ['route.marked', route.classification === 'UNCLASSIFIED' ? undefined : route.classification],
    ['route.tokens', tokenWords(say, facts)],
    ['route.cost', costWords(say, facts)],
  ];
  const list = element('dl', { class: 'route-details' });
  for (const [name, value] of rows) if (value) list.append(row(say(name), value));
  if (facts.left?.length) list.append(row(say('route.left'), ...leftWords(facts.left)));
  if (facts.redactions) list.append(row(say('route.redacted'), ...redactionWords(say, facts.redactions)));
  return list;
}

const row = (name: string, ...values: (string | Node)[]): HTMLElement =>
  element('div', {}, element('dt', {}, name), element('dd', { dir: 'auto' }, ...values));

function tokenWords(say: Say, { usage }: AnswerFacts): string | undefined {
  if (!usage) return undefined;
  return say(
    usage.estimated ? 'route.tokensAbout' : 'route.tokensValue',
    usage.promptTokens,
    usage.completionTokens,
  );
}

function costWords(say: Say, { costCents, savedCents }: AnswerFacts): string | undefined {
  if (costCents === undefined) return undefined;
  if (savedCents === undefined || savedCents === 0) return say('route.cents', cents(costCents));
  return say('route.saved', cents(costCents), cents(savedCents));
}

/** What the model was not sent, each with the reason; both are the server's words. */
function leftWords(all: readonly Left[]): Node[] {
  return all.map(({ kind, uri, name, reason }) =>
    element('div', {}, showHidden(`${name ?? uri?.split('/').at(-1) ?? kind}: ${reason}`)),
  );
}

function redactionWords(say: Say, redactions: readonly Redaction[]): (string | Node)[] {
  if (redactions.length === 0) return [say('route.nothingRedacted')];
  return redactions.map(({ kind, uri, line, placeholder }) => {
    const file = uri?.split('/').at(-1);
    const where = file === undefined ? '' : ` ${file}${line === undefined ? '' : `:${line + 1}`}`;
    return element('div', {}, `${kind}${where} → `, element('code', {}, placeholder));
  });
}

const tierName = (say: Say, tier: string): string =>
  tier === 'local' || tier === 'cloud' || tier === 'cache' ? say(`tier.${tier}`) : tier;

/** Cents with as many digits as it takes to see them: 0, 0.02, 1.3, 14. */
export function cents(value: number): string {
  if (value === 0) return '0';
  return value < 0.01
    ? '<0.01'
    : value < 1
      ? value.toFixed(2)
      : value < 10
        ? value.toFixed(1)
        : value.toFixed(0);
}

function took(say: Say, ms: number): string {
  if (ms < 100) return say('route.milliseconds', Math.ceil(ms));
  return say('route.seconds', (ms / 1000).toFixed(ms < 10_000 ? 1 : 0));
}

/** How long ago, in the largest unit that fits. */
export function age(say: Say, ageSeconds: number): string {
  if (ageSeconds < 60) return say('age.now');
  if (ageSeconds < 3600) return say('age.minutes', Math.floor(ageSeconds / 60));
  if (ageSeconds < 86_400) return say('age.hours', Math.floor(ageSeconds / 3600));
  return say('age.days', Math.floor(ageSeconds / 86_400));
}
