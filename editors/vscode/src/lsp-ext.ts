// The custom protocol, mirrored: every method, parameter and result that
// rigrun-lsp adds to LSP, under the names docs/protocol.md has. A test of the
// server compares this file with the server's own declarations.

export type Level = 'UNCLASSIFIED' | 'CUI' | 'CONFIDENTIAL' | 'SECRET' | 'TOP SECRET';
export type Mode = 'auto' | 'local' | 'cloud';
export type Action = 'explain' | 'fix' | 'refactor' | 'document' | 'tests' | 'review';
export type CacheUse = 'use' | 'refresh' | 'off';
export type ContextKind = 'selection' | 'file' | 'diagnostics' | 'symbol' | 'git' | 'search' | 'text';

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface ContextItem {
  kind: ContextKind;
  uri?: string;
  range?: Range;
  text?: string;
  query?: string;
}

export interface ChatParams {
  conversationId?: string;
  message: string;
  action?: Action;
  context?: ContextItem[];
  model?: string;
  mode?: Mode;
  maxTier?: string;
  classification?: Level;
  cache?: CacheUse;
  workDoneToken?: string | number;
  partialResultToken?: string | number;
}

export interface RouteDecision {
  tier: string;
  backend: string;
  model: string;
  score: number;
  complexity: 'trivial' | 'simple' | 'moderate' | 'complex' | 'expert';
  queryType: string;
  classification: Level;
  forcedBy?: string;
  reason: string;
  estimatedCostCents: number;
  fallbackFrom?: string;
}

export interface CacheInfo {
  hit: 'none' | 'exact' | 'semantic';
  similarity?: number;
  ageSeconds?: number;
  entryId?: string;
}

export interface Usage {
  promptTokens: number;
  completionTokens: number;
  estimated: boolean;
}

export interface Redaction {
  kind: string;
  uri?: string;
  line?: number;
  placeholder: string;
}

/** One thing a model did with a tool while it answered. */
export interface Step {
  tool: string;
  detail: string;
  ok: boolean;
}

export interface Partial {
  seq: number;
  route?: RouteDecision;
  cache?: CacheInfo;
  /** In the first one, where the client's experimental.rigrun.conversationId asks for it. */
  conversationId?: string;
  text?: string;
  thinking?: string;
  step?: Step;
}

export interface ChatResult {
  conversationId: string;
  messageId: string;
  text?: string;
  finishReason: 'stop' | 'length' | 'tool';
  route: RouteDecision;
  cache: CacheInfo;
  usage: Usage;
  costCents: number;
  savedCents: number;
  metrics: { firstTokenMs: number; totalMs: number; tokensPerSecond: number };
  redactions: Redaction[];
  steps?: Step[];
  left?: Left[];
}

/** What was asked for and not sent, or not all of it; name and reason are a sentence. */
export interface Left {
  kind: ContextKind;
  uri?: string;
  name?: string;
  reason: string;
}

export interface ConversationSummary {
  conversationId: string;
  title: string;
  createdAt: string;
  updatedAt: string;
  messageCount: number;
  model: string;
  costCents: number;
  classification: Level;
}

/** What of a document, or of anything else, a question was asked with. Lines are counted from 1. */
export interface ContextUse {
  kind: ContextKind;
  uri?: string;
  query?: string;
  firstLine?: number;
  lastLine?: number;
  tokens: number;
}

export interface Message {
  messageId: string;
  role: 'user' | 'assistant';
  text: string;
  thinking?: string;
  interrupted?: boolean;
  route?: RouteDecision;
  cache?: CacheInfo;
  usage?: Usage;
  steps?: Step[];
  context?: ContextUse[];
  createdAt: string;
}

export interface Conversation extends ConversationSummary {
  messages: Message[];
}

export interface ConversationsListParams {
  limit?: number;
  cursor?: string;
}

export interface ConversationsListResult {
  items: ConversationSummary[];
  nextCursor?: string;
}

export interface ConversationParams {
  conversationId: string;
}

export interface ConversationsSearchParams {
  query: string;
  limit?: number;
}

export interface Found {
  summary: ConversationSummary;
  snippets: string[];
}

export interface ConversationsSearchResult {
  items: Found[];
}

export interface ConversationsExportParams {
  conversationId: string;
  format: string;
}

export interface ConversationsExportResult {
  content: string;
}

/** A branch has everything up to the message, which is an answer. */
export interface ConversationsBranchParams {
  conversationId: string;
  messageId: string;
}

export interface ConversationsRenameParams {
  conversationId: string;
  title: string;
}

export interface Model {
  id: string;
  backend: string;
  tier: string;
  contextLength: number;
  capabilities: string[];
  sizeBytes?: number;
  loaded?: boolean;
  default: boolean;
}

export interface ModelsResult {
  models: Model[];
}

export interface PreviewItem {
  kind: ContextKind;
  uri?: string;
  range?: Range;
  tokens: number;
  cut?: string;
}

export interface PreviewResult {
  text: string;
  tokens: number;
  items: PreviewItem[];
  redactions: Redaction[];
}

export interface CompleteParams {
  text: string;
  offset: number;
}

export interface CompleteItem {
  label: string;
  insertText: string;
  detail?: string;
}

export interface CompleteResult {
  items: CompleteItem[];
}

export interface FeedbackParams {
  messageId: string;
  rating: string;
}

export interface CacheEntryParams {
  entryId: string;
}

/** The question a kept answer was made for; it has no words where only this very question gets it. */
export interface CacheEntryResult {
  question?: string;
  tier: string;
  model: string;
  createdAt: string;
}

export interface CacheClearResult {
  removed: number;
}

export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  fix?: string;
}

export interface DoctorResult {
  checks: Check[];
}

/** What the server is doing; state is "idle", "routing", "streaming" or "offline". */
export interface Status {
  state: string;
  tier?: string;
  model?: string;
  tokensPerSecond?: number;
  costTodayCents: number;
  cacheHitRate: number;
}

/** An answer, or a part of one, to be read as an edit of a document's range. */
export interface ProposeParams {
  uri: string;
  range: Range;
  text: string;
  action?: Action;
}

export interface TextEdit {
  range: Range;
  newText: string;
}

/**
 * The edits lie within the asked range; what the new code needs imported is apart.
 * Where the text cannot be read as an edit there are none, and refused says why.
 */
export interface ProposeResult {
  refused?: string;
  edits: TextEdit[];
  imports: TextEdit[];
}

/** The data of a failed request's error; of a cancelled question it is the conversation alone. */
export interface ErrorData {
  kind: string;
  message: string;
  hint: string;
  conversationId?: string;
}

export type Nothing = Record<string, never>;

/** The requests a client can send, with their parameters and results. */
export interface Requests {
  'rigrun/chat': [ChatParams, ChatResult];
  'rigrun/route': [ChatParams, RouteDecision];
  'rigrun/context/preview': [ChatParams, PreviewResult];
  'rigrun/context/complete': [CompleteParams, CompleteResult];
  'rigrun/models': [Nothing, ModelsResult];
  'rigrun/feedback': [FeedbackParams, null];
  'rigrun/doctor': [Nothing, DoctorResult];
  'rigrun/cache/entry': [CacheEntryParams, CacheEntryResult];
  'rigrun/cache/clear': [Nothing, CacheClearResult];
  'rigrun/edit/propose': [ProposeParams, ProposeResult];
  'rigrun/conversations/list': [ConversationsListParams, ConversationsListResult];
  'rigrun/conversations/get': [ConversationParams, Conversation];
  'rigrun/conversations/search': [ConversationsSearchParams, ConversationsSearchResult];
  'rigrun/conversations/export': [ConversationsExportParams, ConversationsExportResult];
  'rigrun/conversations/branch': [ConversationsBranchParams, ConversationSummary];
  'rigrun/conversations/rename': [ConversationsRenameParams, ConversationSummary];
  'rigrun/conversations/delete': [ConversationParams, null];
}

/** The notifications a server sends. */
export interface Notifications {
  'rigrun/status': Status;
}
