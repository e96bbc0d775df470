// What the panel knows. Messages of the extension change it; views show it. Nothing of
// the page is in here.

import type { CacheEntryResult, Message, Mode, Step } from '../src/lsp-ext';
import type {
  AnswerEnd,
  ApplyOutcome,
  Chip,
  Failure,
  Marking,
  ModelChoice,
  PanelStatus,
  Question,
  ShownConversation,
  ToPanel,
} from '../src/panel-messages';

type Route = AnswerEnd['route'];
type Cache = AnswerEnd['cache'];

/** What is known of how an answer came about; an answer of an earlier day has less of it. */
export type AnswerFacts = Partial<Omit<AnswerEnd, 'messageId' | 'conversationId'>> & {
  /** The question that a kept answer was made for, once it was asked for; null where it is gone. */
  readonly match?: CacheEntryResult | null;
};

export interface Answer {
  messageId: string;
  state: 'streaming' | 'done' | 'stopped' | 'interrupted' | 'failed';
  text: string;
  thinking: string;
  /** When the thinking began and ended, by performance.now(); absent where it is not known. */
  thinkingFrom?: number;
  thinkingTo?: number;
  readonly steps: Step[];
  facts: AnswerFacts;
  failure?: Failure;
  rating?: 'good' | 'bad';
  readonly outcomes: Map<number, ApplyOutcome>;
}

/** A question and its answer. */
export interface Turn {
  readonly question: Question;
  request: number | undefined;
  answer: Answer;
}

export class PanelModel {
  turns: Turn[] = [];
  conversationId: string | undefined;
  models: readonly ModelChoice[] = [];
  mode: Mode = 'auto';
  model = '';
  status: PanelStatus = { server: 'starting', hasModel: true, offline: false, costTodayCents: 0 };
  marking: Marking = { level: 'UNCLASSIFIED' };
  chips: readonly Chip[] = [];
  examples: readonly string[] = [];

  /** The turn that is being answered. */
  streaming(): Turn | undefined {
    const last = this.turns.at(-1);
    return last?.answer.state === 'streaming' ? last : undefined;
  }

  /** The turn of a request; undefined for one that is gone from view. */
  turnOf(request: number): Turn | undefined {
    return this.turns.findLast((turn) => turn.request === request);
  }

  /** The turns that were answered by this kept answer. */
  matched(entryId: string): Turn[] {
    return this.turns.filter((turn) => turn.answer.facts.cache?.entryId === entryId);
  }

  /** Takes in what the extension said; `now` is performance.now(). */
  receive(message: ToPanel, now: number): void {
    switch (message.type) {
      case 'init':
        this.models = message.models;
        this.mode = message.mode;
        this.model = message.model;
        this.status = message.status;
        this.marking = message.marking;
        this.examples = message.examples;
        break;
      case 'models':
        this.models = message.models;
        break;
      case 'status':
        this.status = message.status;
        break;
      case 'marking':
        this.marking = message.marking;
        break;
      case 'examples':
        this.examples = message.examples;
        break;
      case 'chips':
        this.chips = message.chips;
        break;
      case 'conversation':
        this.#open(message.conversation);
        break;
      case 'asked':
        this.#ask(message.request, message.question);
        break;
      case 'applied':
        this.turns
          .find((turn) => turn.answer.messageId === message.block.messageId)
          ?.answer.outcomes.set(message.block.index, message.outcome);
        break;
      case 'match':
        for (const { answer } of this.matched(message.entryId)) {
          answer.facts = { ...answer.facts, match: message.match };
        }
        break;
      case 'route':
      case 'text':
      case 'thinking':
      case 'step':
      case 'done':
      case 'stopped':
      case 'failed': {
        const turn = this.turnOf(message.request);
        if (turn?.answer.state === 'streaming') this.#progress(turn.answer, message, now);
        break;
      }
      case 'kept': {
        const turn = this.turnOf(message.request);
        if (turn) turn.answer.messageId = message.messageId;
        break;
      }
      case 'draft':
      case 'show':
      case 'completions':
      case 'conversations':
      case 'notice':
    }
  }

  #ask(request: number, question: Question): void {
    const same = this.turns.findIndex((turn) => turn.question.messageId === question.messageId);
    if (same >= 0) this.turns.length = same;
    this.turns.push({ question, request, answer: newAnswer('streaming') });
  }

  #progress(answer: Answer, message: Progress, now: number): void {
    switch (message.type) {
      case 'route':
        answer.facts = { ...answer.facts, ...readFacts(message.route, message.cache) };
        break;
      case 'text':
        if (answer.thinkingFrom !== undefined) answer.thinkingTo ??= now;
        answer.text += message.text;
        break;
      case 'thinking':
        answer.thinkingFrom ??= now;
        answer.thinking += message.text;
        break;
      case 'step':
        answer.steps.push(message.step);
        break;
      case 'done': {
        const { messageId, conversationId, ...facts } = message.end;
        this.conversationId = conversationId;
        answer.messageId = messageId;
        answer.facts = facts;
        answer.state = 'done';
        break;
      }
      case 'stopped':
        this.conversationId = message.conversationId ?? this.conversationId;
        answer.state = 'stopped';
        break;
      case 'failed':
        this.conversationId = message.conversationId ?? this.conversationId;
        answer.state = 'failed';
        answer.failure = message.failure;
    }
    if (answer.state !== 'streaming' && answer.thinkingFrom !== undefined) answer.thinkingTo ??= now;
  }

  #open(conversation: ShownConversation | null): void {
    this.conversationId = conversation?.conversationId;
    this.turns = conversation ? readTurns(conversation.messages) : [];
  }
}

type Progress = Extract<
  ToPanel,
  { type: 'route' | 'text' | 'thinking' | 'step' | 'done' | 'stopped' | 'failed' }
>;

function newAnswer(state: Answer['state']): Answer {
  return { messageId: '', state, text: '', thinking: '', steps: [], facts: {}, outcomes: new Map() };
}

/** Puts the messages of a stored conversation in pairs. */
function readTurns(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === 'user' || turns.length === 0)
      turns.push({ question: readQuestion(message), request: undefined, answer: newAnswer('done') });
    if (message.role === 'user') continue;
    const turn = turns.at(-1);
    if (turn) turn.answer = readAnswer(message);
  }
  return turns;
}

function readQuestion(message: Message): Question {
  const asked = message.role === 'user';
  return {
    messageId: asked ? message.messageId : '',
    text: asked ? message.text : '',
    chips: [],
    createdAt: message.createdAt,
  };
}

function readAnswer(message: Message): Answer {
  const answer = newAnswer(message.interrupted === true ? 'interrupted' : 'done');
  answer.messageId = message.messageId;
  answer.text = message.text;
  answer.thinking = message.thinking ?? '';
  answer.steps.push(...(message.steps ?? []));
  answer.facts = readFacts(message.route, message.cache, message.usage);
  return answer;
}

function readFacts(route?: Route, cache?: Cache, usage?: AnswerEnd['usage']): AnswerFacts {
  return { ...(route && { route }), ...(cache && { cache }), ...(usage && { usage }) };
}
