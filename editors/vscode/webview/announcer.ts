// Tells a screen reader what arrives, by the sentence: token by token nobody can listen.

import { element } from './element';

const SENTENCE = /[.!?。！？…:](?=\s|$)|\n/g;

/** Takes growing text apart into sentences; code is told, not read out. */
export class Sentences {
  #rest = '';
  #inCode = false;
  readonly #codeFollows: string;

  constructor(codeFollows: string) {
    this.#codeFollows = codeFollows;
  }

  /** The sentences that are complete with this text. */
  push(text: string): string[] {
    this.#rest += text;
    const said: string[] = [];
    let from = 0;
    for (const match of this.#rest.matchAll(SENTENCE)) {
      const end = match.index + match[0].length;
      // At the end of what is there, a full stop may still be within a number or a name.
      if (match[0] !== '\n' && end === this.#rest.length) break;
      this.#say(this.#rest.slice(from, end), said);
      from = end;
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length > 1000) this.#rest = this.#rest.slice(-1000);
    return said;
  }

  /** What is left at the end. */
  finish(): string[] {
    const said: string[] = [];
    this.#say(this.#rest, said);
    this.#rest = '';
    return said;
  }

  #say(sentence: string, said: string[]): void {
    const plain = sentence.trim();
    if (/^(```|~~~)/.test(plain)) {
      this.#inCode = !this.#inCode;
      if (this.#inCode) said.push(this.#codeFollows);
    } else if (!this.#inCode && /[\p{L}\p{N}]/u.test(plain)) said.push(plain.replace(/[*_`#>|]+/g, ''));
  }
}

/** A region that is read out politely. */
export class Announcer {
  readonly element = element('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(...sentences: readonly string[]): void {
    if (sentences.length === 0) return;
    this.#waiting.push(...sentences);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // The region holds what was said last, nothing more: it is no second copy of the answer.
      this.element.replaceChildren(...this.#waiting.slice(-8).map((text) => element('p', {}, text)));
      this.#waiting = [];
    }, 400);
  }
}
