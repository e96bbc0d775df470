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
  createdAt: string;
}
