// Every state of the panel's drawing, and how it comes about.

import type { ChatResult } from '../../src/lsp-ext';
import type { ConversationRow, ToPanel } from '../../src/panel-messages';
import type { PanelPage } from './harness';
import { answerEnd, answerText, chips, cloudRoute, init, messages, question, route } from './samples';

export interface State {
  readonly name: string;
  readonly width?: number;
  readonly height?: number;
  readonly rtl?: boolean;
  readonly messages: readonly ToPanel[];
  readonly act?: (panel: PanelPage) => Promise<void>;
}

const asked: ToPanel = {
  type: 'asked',
  request: 1,
  question: question('q1', 'What does this function do?', chips.slice(1)),
};
const routed: ToPanel = { type: 'route', request: 1, route };
const text = (words: string): ToPanel => ({ type: 'text', request: 1, text: words });
const done = (over: Partial<Parameters<typeof answerEnd>[2]> = {}): ToPanel => ({
  type: 'done',
  request: 1,
  end: answerEnd('a1', 'c1', over),
});
const semantic: ChatResult['cache'] = {
  hit: 'semantic',
  similarity: 0.912,
  ageSeconds: 7300,
  entryId: 'e1',
};
const withChips: ToPanel = { type: 'chips', chips };
const answered: readonly ToPanel[] = [init(), withChips, asked, routed, text(answerText), done()];
const cached = (cache: ChatResult['cache']): ToPanel[] => [
  init(),
  asked,
  { type: 'route', request: 1, route: { ...route, tier: 'cache' }, cache },
  text(answerText),
  done({ cache, tokensPerSecond: 0, totalMs: 3, route: { ...route, tier: 'cache' } }),
];

const rows: readonly ConversationRow[] = [
  'What does Add do?',
  'Rename the receiver',
  'Why does the test hang?',
].map((title, index) => ({
  summary: {
    conversationId: `c${index}`,
    title,
    createdAt: '2020-05-04T12:00:00Z',
    updatedAt: '2020-05-04T12:00:00Z',
    messageCount: 2 + index * 4,
    model: route.model,
    costCents: index * 0.7,
    classification: index === 2 ? 'CUI' : 'UNCLASSIFIED',
  },
  snippets: index === 2 ? ['… the channel is never closed, so the test waits …'] : [],
}));

const noModel = { server: 'running', hasModel: false, offline: false, costTodayCents: 0 } as const;

export const states: readonly State[] = [
  { name: 'empty', messages: [init(), withChips] },
  { name: 'empty-no-model', messages: [init({ status: noModel, models: [] })] },
  { name: 'server-missing', messages: [init({ status: { ...noModel, server: 'missing' }, models: [] })] },
  { name: 'waiting', messages: [init(), withChips, asked] },
  {
    name: 'thinking',
    messages: [
      init(),
      asked,
      routed,
      { type: 'thinking', request: 1, text: 'The function adds. Is there an overflow?' },
    ],
    act: async (panel) => {
      await panel.page.locator('.thinking summary').click();
    },
  },
  {
    name: 'steps',
    messages: [
      init(),
      asked,
      routed,
      { type: 'step', request: 1, step: { tool: 'read_file', detail: 'pkg/add.go', ok: true } },
      { type: 'step', request: 1, step: { tool: 'search', detail: 'func Add(', ok: true } },
      { type: 'step', request: 1, step: { tool: 'read_file', detail: '../outside.go', ok: false } },
      text('Two callers rely on it.'),
    ],
  },
  { name: 'streaming', messages: [init(), withChips, asked, routed, text(answerText.slice(0, 420))] },
  { name: 'answered', messages: answered },
  {
    name: 'details',
    messages: [
      init(),
      asked,
      routed,
      text('It adds.'),
      done({
        left: [{ kind: 'file', name: '@file:.env', reason: 'is a file of secrets' }],
        redactions: [
          { kind: 'AWS key', uri: 'file:///w/pkg/add.go', line: 11, placeholder: '[REDACTED:aws-key]' },
        ],
      }),
    ],
    act: async (panel) => {
      await panel.page.locator('.route-toggle').click();
    },
  },
  {
    name: 'stopped',
    messages: [init(), asked, routed, text(answerText.slice(0, 150)), { type: 'stopped', request: 1 }],
  },
  {
    name: 'error',
    messages: [
      init(),
      asked,
      routed,
      text('It returns the sum of'),
      {
        type: 'failed',
        request: 1,
        failure: {
          kind: 'stream_interrupted',
          message: 'The model server ended the answer before it was complete.',
          hint: 'Ask again; what came so far is kept.',
          action: { label: 'ask again', command: 'retry' },
        },
      },
    ],
  },
  { name: 'cache-exact', messages: cached({ hit: 'exact', ageSeconds: 7300 }) },
  { name: 'cache-semantic', messages: cached(semantic) },
  {
    name: 'cache-match',
    messages: [
      ...cached(semantic),
      {
        type: 'match',
        entryId: 'e1',
        match: {
          question: 'What is this function for?',
          tier: 'local',
          model: route.model,
          createdAt: '2020-05-04T12:00:00Z',
        },
      },
    ],
  },
  {
    name: 'offline',
    messages: [
      init({ status: { server: 'running', hasModel: true, offline: true, costTodayCents: 0 } }),
      withChips,
    ],
  },
  {
    name: 'cloud',
    messages: [
      init({ mode: 'cloud' }),
      asked,
      { type: 'route', request: 1, route: cloudRoute },
      text(answerText),
      done({ route: cloudRoute, costCents: 1.42, savedCents: 0, tokensPerSecond: 118 }),
    ],
  },
  {
    name: 'marked',
    messages: [init({ marking: { level: 'SECRET', blocksCloud: 'add.go is marked SECRET' } }), withChips],
  },
  {
    name: 'marked-cui',
    messages: [init({ marking: { level: 'CUI', blocksCloud: 'add.go is marked CUI' } }), withChips],
  },
  {
    name: 'long-answer',
    messages: [
      init(),
      { type: 'conversation', conversation: { conversationId: 'c', title: 't', messages: messages(30) } },
    ],
    act: async (panel) => {
      await panel.page.locator('.log').hover();
      await panel.page.mouse.wheel(0, -900);
      await panel.page.waitForFunction(() => document.querySelector('.jump:not([hidden])') !== null);
    },
  },
  {
    name: 'long-code-line',
    messages: [
      init(),
      asked,
      routed,
      text(`One line:\n\n\`\`\`ts\nconst all = [${'"a long line", '.repeat(30)}];\n\`\`\`\n`),
      done(),
    ],
  },
  {
    name: 'applied',
    messages: [
      ...answered,
      {
        type: 'applied',
        block: { messageId: 'a1', index: 0 },
        outcome: { state: 'applied', accepted: 2, of: 3 },
      },
    ],
    act: async (panel) => {
      await panel.page.locator('.code').hover();
    },
  },
  {
    name: 'editing',
    messages: answered,
    act: async (panel) => {
      await panel.page.locator('.composer textarea').press('ArrowUp');
    },
  },
  {
    name: 'suggestions',
    messages: [init(), withChips],
    act: async (panel) => {
      await panel.page.locator('.composer textarea').pressSequentially('look at @a');
      const ask = (await panel.sent()).findLast((message) => message.type === 'complete')?.ask ?? 0;
      const items = ['@add.go', '@add_test.go', '@Add'].map((label, index) => ({
        label,
        insertText: label,
        detail: index === 2 ? 'function in pkg/add.go' : 'pkg',
      }));
      await panel.tell({ type: 'completions', ask, items });
    },
  },
  {
    name: 'conversations',
    messages: [
      ...answered,
      { type: 'show', view: 'conversations' },
      { type: 'conversations', query: '', items: rows },
    ],
    act: async (panel) => {
      await panel.page.locator('.conversation').nth(1).hover();
    },
  },
  { name: 'narrow', width: 240, messages: answered },
  { name: 'wide', width: 1200, messages: answered },
  {
    name: 'right-to-left',
    rtl: true,
    messages: [
      init(),
      withChips,
      { type: 'asked', request: 1, question: question('q1', 'מה עושה הפונקציה הזאת?', chips.slice(1)) },
      routed,
      text(
        'היא מחזירה את הסכום של שני הארגומנטים.\n\n```go\nreturn a + b\n```\n\n- אין תופעות לוואי\n- `int` עלול לגלוש\n',
      ),
      done(),
    ],
  },
];
