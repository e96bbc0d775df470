// What the tests of the panel show in it.

import type { Message, RouteDecision } from '../../src/lsp-ext';
import type { AnswerEnd, Chip, Question, ToPanel } from '../../src/panel-messages';

export const route: RouteDecision = {
  tier: 'local',
  backend: 'ollama',
  model: 'qwen2.5-coder:7b',
  score: 0.18,
  complexity: 'simple',
  queryType: 'explain',
  classification: 'UNCLASSIFIED',
  reason: 'a short question about one function: the model on this machine does it',
  estimatedCostCents: 0,
};

export const cloudRoute: RouteDecision = {
  ...route,
  tier: 'cloud',
  backend: 'openai',
  model: 'gpt-5-mini',
  score: 0.83,
  complexity: 'complex',
  reason: 'a refactoring over three files: it wants a stronger model',
  estimatedCostCents: 1.4,
};

export const chips: readonly Chip[] = [
  {
    id: '1',
    kind: 'file',
    label: 'add.go',
    title: 'pkg/add.go',
    reveal: { uri: 'file:///w/pkg/add.go', firstLine: 0, lastLine: 0 },
  },
  {
    id: '2',
    kind: 'selection',
    label: 'add.go:4–6',
    title: 'pkg/add.go, lines 4 to 6',
    reveal: { uri: 'file:///w/pkg/add.go', firstLine: 3, lastLine: 5 },
  },
];

export const question = (messageId: string, text: string, sent: readonly Chip[] = []): Question => ({
  messageId,
  text,
  chips: sent,
  createdAt: '2020-05-04T12:02:00Z',
});

export const answerEnd = (
  messageId: string,
  conversationId: string,
  over: Partial<AnswerEnd> = {},
): AnswerEnd => ({
  messageId,
  conversationId,
  route,
  cache: { hit: 'none' },
  usage: { promptTokens: 412, completionTokens: 96, estimated: false },
  costCents: 0,
  savedCents: 0.21,
  totalMs: 2314,
  tokensPerSecond: 41.7,
  redactions: [],
  ...over,
});

export const init = (over: Partial<Extract<ToPanel, { type: 'init' }>> = {}): ToPanel => ({
  type: 'init',
  locale: 'en-GB',
  strings: {},
  models: [
    { id: 'ollama/qwen2.5-coder:7b', label: 'qwen2.5-coder:7b', tier: 'local', isDefault: true },
    { id: 'openai/gpt-5-mini', label: 'gpt-5-mini', tier: 'cloud', isDefault: false },
  ],
  mode: 'auto',
  model: '',
  status: { server: 'running', hasModel: true, offline: false, costTodayCents: 0 },
  marking: { level: 'UNCLASSIFIED' },
  examples: ['What does Add do?', 'Write a table test for Add', 'What can go wrong in add.go?'],
  ...over,
});

export const answerText = `It returns the sum of its two arguments. \`Add\` is **pure**: it has no side effects, so it may be called from several goroutines at once.

\`\`\`go pkg/add.go
// Add returns the sum of a and b.
func Add(a, b int) int {
	if a == 0 {
		return b // nothing to do
	}
	return a + b
}
\`\`\`

Two things to know:

1. An \`int\` overflows silently; use [math/bits](https://pkg.go.dev/math/bits) where that matters.
2. The order of the arguments makes no difference.

| input | result |
|---|---:|
| \`Add(1, 2)\` | 3 |
| \`Add(-1, 1)\` | 0 |
`;

/** A conversation of so many questions, each with its answer. */
export function messages(turns: number, text: (turn: number) => string = () => answerText): Message[] {
  return Array.from({ length: turns }, (_, turn): Message[] => [
    {
      messageId: `q${turn}`,
      role: 'user',
      text: `Question ${turn}: what does Add do?`,
      createdAt: '2020-05-04T12:02:00Z',
    },
    { messageId: `a${turn}`, role: 'assistant', text: text(turn), route, createdAt: '2020-05-04T12:02:03Z' },
  ]).flat();
}
