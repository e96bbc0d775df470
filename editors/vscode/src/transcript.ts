// The turns of the conversation that a panel shows: what is needed to ask one
// again, to go on from one, and to tell what a code block was about.

import { pieceOf, type Piece } from './chip-tray';
import type { Action, Conversation } from './lsp-ext';

export interface Turn {
  readonly questionId: string;
  readonly text: string;
  readonly action?: Action | undefined;
  readonly pieces: readonly Piece[];
  /** Undefined while no answer has ended, or what came of one is not kept. */
  answerId?: string | undefined;
}

export class Transcript {
  private turns: Turn[] = [];
  private id: string | undefined;

  constructor(private readonly named: (conversationId: string | undefined) => void) {}

  get conversationId(): string | undefined {
    return this.id;
  }

  /** The conversation has this identifier from now on, undefined before its first answer. */
  name(conversationId: string | undefined): void {
    if (this.id === conversationId) return;
    this.id = conversationId;
    this.named(conversationId);
  }

  clear(): void {
    this.turns = [];
    this.name(undefined);
  }

  add(turn: Turn): void {
    this.turns.push(turn);
  }

  has(turn: Turn): boolean {
    return this.turns.includes(turn);
  }

  remove(turn: Turn): void {
    this.turns = this.turns.filter((other) => other !== turn);
  }

  load(conversation: Conversation): void {
    this.turns = [];
    this.name(conversation.conversationId);
    for (const message of conversation.messages) {
      const last = this.turns.at(-1);
      if (message.role === 'assistant' && last !== undefined) {
        last.answerId = message.messageId;
        continue;
      }
      const pieces = (message.context ?? []).flatMap((use) => pieceOf(use) ?? []);
      this.turns.push({ questionId: message.messageId, text: message.text, pieces });
    }
  }

  /** The turn that a message belongs to, be it the question or the answer. */
  turnOf(messageId: string): Turn | undefined {
    return this.turns.find((turn) => turn.answerId === messageId || turn.questionId === messageId);
  }

  last(): Turn | undefined {
    return this.turns.at(-1);
  }

  /** The last answer before a question, undefined where there is none. */
  answerBefore(turn: Turn): string | undefined {
    const before = this.turns.slice(0, this.turns.indexOf(turn));
    return before.findLast(({ answerId }) => answerId !== undefined)?.answerId;
  }
}
