// What the extension and the chat panel say to each other. The panel is a web page
// without rights of its own: it shows what it is told and asks for what a person
// clicked. Both sides import this file, and neither sends anything else.

import type {
  CacheEntryResult,
  CacheInfo,
  ContextKind,
  ConversationSummary,
  Left,
  Level,
  Message,
  Mode,
  Redaction,
  RouteDecision,
  Step,
  Usage,
} from './lsp-ext';

/** A piece of context as the panel shows it: a chip. The host knows what it stands for. */
export interface Chip {
  readonly id: string;
  readonly kind: ContextKind;
  readonly label: string;
  readonly title: string;
  /** Where a click on the chip leads, absent where nowhere. */
  readonly reveal?: Place | undefined;
}

/** A place in a document. Lines are counted from 0. */
export interface Place {
  readonly uri: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** A question with what was sent with it. */
export interface Question {
  readonly messageId: string;
  readonly text: string;
  readonly chips: readonly Chip[];
  /** RFC 3339. */
  readonly createdAt: string;
}

/** What is known about an answer once it has ended. */
export interface AnswerEnd {
  readonly messageId: string;
  readonly conversationId: string;
  readonly route: RouteDecision;
  readonly cache: CacheInfo;
  readonly usage: Usage;
  readonly costCents: number;
  readonly savedCents: number;
  readonly totalMs: number;
  readonly tokensPerSecond: number;
  readonly redactions: readonly Redaction[];
  /** What was asked for and not sent; absent where all was. */
  readonly left?: readonly Left[] | undefined;
}

/** A failure in words for a person. */
export interface Failure {
  readonly kind: string;
  readonly message: string;
  readonly hint: string;
  /** The one thing that can be done about it, as a button; absent where there is none. */
  readonly action?: { readonly label: string; readonly command: FailureCommand } | undefined;
}

export type FailureCommand = 'settings' | 'retry' | 'logs' | 'install' | 'restart';

export interface ModelChoice {
  readonly id: string;
  readonly label: string;
  readonly tier: string;
  readonly isDefault: boolean;
}

/** A completion takes the place of the word before the caret that begins with @ or /. */
export interface Completion {
  readonly label: string;
  readonly insertText: string;
  readonly detail?: string | undefined;
}

/** What the server says it is doing, and what holds for the next question. */
export interface PanelStatus {
  readonly server: 'starting' | 'running' | 'stopped' | 'missing';
  /** Whether a model server answers; the outline does where none is there. */
  readonly hasModel: boolean;
  readonly offline: boolean;
  readonly costTodayCents: number;
}

/** The classification of what would be sent. The cloud is impossible where `blocksCloud` says why. */
export interface Marking {
  readonly level: Level;
  readonly blocksCloud?: string | undefined;
}

/** How a code block is told from the others of its answer: by its place among them. */
export interface BlockRef {
  readonly messageId: string;
  readonly index: number;
  readonly language: string;
  readonly path?: string | undefined;
  readonly code: string;
}

/** From the extension to the panel. */
export type ToPanel =
  | {
      readonly type: 'init';
      /** BCP 47, for dates; the strings hold only what differs from the English of the panel. */
      readonly locale: string;
      readonly strings: Readonly<Record<string, string>>;
      readonly models: readonly ModelChoice[];
      readonly mode: Mode;
      readonly model: string;
      readonly status: PanelStatus;
      readonly marking: Marking;
      readonly examples: readonly string[];
    }
  | { readonly type: 'models'; readonly models: readonly ModelChoice[] }
  | { readonly type: 'status'; readonly status: PanelStatus }
  | { readonly type: 'marking'; readonly marking: Marking }
  | { readonly type: 'examples'; readonly examples: readonly string[] }
  | { readonly type: 'chips'; readonly chips: readonly Chip[] }
  | { readonly type: 'draft'; readonly text: string; readonly focus: boolean }
  /** A conversation replaces what is shown; null is a new one. */
  | { readonly type: 'conversation'; readonly conversation: ShownConversation | null }
  | { readonly type: 'show'; readonly view: 'chat' | 'conversations' }
  /**
   * A question was sent; its answer comes under `request`. Where the panel shows a question of that id
   * already, the new answer takes the place of the old one and of all that followed it.
   */
  | { readonly type: 'asked'; readonly request: number; readonly question: Question }
  | {
      readonly type: 'route';
      readonly request: number;
      readonly route: RouteDecision;
      readonly cache?: CacheInfo | undefined;
    }
  | { readonly type: 'text'; readonly request: number; readonly text: string }
  | { readonly type: 'thinking'; readonly request: number; readonly text: string }
  | { readonly type: 'step'; readonly request: number; readonly step: Step }
  | { readonly type: 'done'; readonly request: number; readonly end: AnswerEnd }
  /** What had come of the answer is kept in the conversation, where there is one. */
  | {
      readonly type: 'stopped';
      readonly request: number;
      readonly conversationId?: string | undefined;
    }
  | {
      readonly type: 'failed';
      readonly request: number;
      readonly failure: Failure;
      readonly conversationId?: string | undefined;
    }
  /** What had come of an answer that was stopped or failed is kept under this id. */
  | { readonly type: 'kept'; readonly request: number; readonly messageId: string }
  | { readonly type: 'completions'; readonly ask: number; readonly items: readonly Completion[] }
  | { readonly type: 'conversations'; readonly items: readonly ConversationRow[]; readonly query: string }
  | {
      readonly type: 'applied';
      readonly block: Pick<BlockRef, 'messageId' | 'index'>;
      readonly outcome: ApplyOutcome;
    }
  /** The question that a kept answer was made for; null where it is not kept any more. */
  | { readonly type: 'match'; readonly entryId: string; readonly match: CacheEntryResult | null }
  | { readonly type: 'notice'; readonly text: string };

export interface ShownConversation {
  readonly conversationId: string;
  readonly title: string;
  readonly messages: readonly Message[];
}

export interface ConversationRow {
  readonly summary: ConversationSummary;
  readonly snippets: readonly string[];
}

export type ApplyOutcome =
  | { readonly state: 'applied'; readonly accepted: number; readonly of: number }
  | { readonly state: 'undone' }
  | { readonly state: 'refused'; readonly reason: string };

/** From the panel to the extension. */
export type ToHost =
  | { readonly type: 'ready'; readonly conversationId?: string | undefined }
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'stop'; readonly request: number }
  /**
   * Asks a question again, named by its answer's id or, where it got none, by its own; `refresh` does not
   * take the answer from the cache.
   */
  | { readonly type: 'retry'; readonly messageId: string; readonly refresh: boolean }
  /** Sends a changed question; what followed the old one stays in its conversation, this goes on in a branch. */
  | { readonly type: 'resend'; readonly messageId: string; readonly text: string }
  | { readonly type: 'branch'; readonly messageId: string }
  | { readonly type: 'newConversation' }
  | { readonly type: 'openConversation'; readonly conversationId: string }
  | { readonly type: 'listConversations'; readonly query: string }
  | { readonly type: 'renameConversation'; readonly conversationId: string; readonly title: string }
  | { readonly type: 'deleteConversation'; readonly conversationId: string }
  | {
      readonly type: 'exportConversation';
      readonly conversationId: string;
      readonly format: 'markdown' | 'json' | 'html';
    }
  | { readonly type: 'addContext' }
  | { readonly type: 'removeChip'; readonly id: string }
  | { readonly type: 'dropFiles'; readonly uris: readonly string[] }
  | { readonly type: 'complete'; readonly ask: number; readonly text: string; readonly offset: number }
  | { readonly type: 'preview'; readonly text: string }
  | { readonly type: 'pickMode'; readonly mode: Mode }
  | { readonly type: 'pickModel'; readonly model: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'insert'; readonly code: string }
  | { readonly type: 'apply'; readonly block: BlockRef }
  | { readonly type: 'undoApply'; readonly block: Pick<BlockRef, 'messageId' | 'index'> }
  | { readonly type: 'newFile'; readonly code: string; readonly language: string }
  | { readonly type: 'reveal'; readonly place: Place }
  | { readonly type: 'openLink'; readonly href: string }
  /** Asks which question a kept answer was made for. */
  | { readonly type: 'showMatch'; readonly entryId: string }
  | { readonly type: 'rate'; readonly messageId: string; readonly rating: 'good' | 'bad' }
  | {
      readonly type: 'failureAction';
      readonly command: FailureCommand;
      readonly messageId?: string | undefined;
    }
  | { readonly type: 'install' }
  | { readonly type: 'tryOutline' }
  | { readonly type: 'leave' };

/** What the panel keeps over a reload of the window, by the editor's own means. */
export interface PanelState {
  readonly conversationId?: string | undefined;
  readonly draft: string;
  /** The turn at the top of the view, by its place, and how far it is scrolled; absent at the end. */
  readonly anchor?: { readonly turn: number; readonly offset: number } | undefined;
}
