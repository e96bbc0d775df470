// A block of code: it grows line by line as plain text and is coloured once it ends.

import type { ApplyOutcome, BlockRef } from '../src/panel-messages';
import type { Desk } from './desk';
import { button, element } from './element';
import { showHiddenInCode } from './hidden-characters';
import { highlight, whenIdle } from './highlight';

/** Which answer a block is of, and what came of applying it. */
export interface BlockHome {
  readonly messageId: () => string;
  readonly outcome: (index: number) => ApplyOutcome | undefined;
}

/** Text of one block is laid out in parts of this size, so that one more line costs one part; in characters. */
const PART = 4096;

export class CodeBlock {
  readonly element: HTMLElement;
  readonly #desk: Desk;
  readonly #home: BlockHome;
  readonly #index: number;
  readonly #language: string;
  readonly #path: string | undefined;
  readonly #code = element('code');
  readonly #outcome = element('div', { class: 'outcome', role: 'status' });
  readonly #texts: string[] = [];
  #part: Text | undefined;

  constructor(desk: Desk, home: BlockHome, index: number, info: string) {
    this.#desk = desk;
    this.#home = home;
    this.#index = index;
    [this.#language, this.#path] = readInfo(info);
    const name = this.#language || desk.say('code.plain');
    const label = desk.say('code.label', name);
    this.element = element(
      'div',
      { class: 'code' },
      element(
        'div',
        { class: 'code-head' },
        element('span', { class: 'code-name', dir: 'ltr' }, this.#path ?? name),
        this.#toolbar(),
      ),
      element('pre', { tabindex: 0, role: 'group', 'aria-label': label, dir: 'ltr' }, this.#code),
      this.#outcome,
    );
    this.showOutcome(home.outcome(index));
  }

  append(text: string): void {
    this.#texts.push(text);
    const shown = showHiddenInCode(text);
    for (let at = 0; at < shown.length;) {
      if (!this.#part || this.#part.length >= PART) {
        this.#part = new Text();
        this.#code.append(element('span', { class: 'part' }, this.#part));
      }
      const line = shown.indexOf('\n', at) + 1;
      const end = Math.min(line > 0 ? line : shown.length, at + PART);
      this.#part.appendData(shown.slice(at, end));
      at = end;
      // A part ends with a line where it can: each part begins a line of its own.
      if (this.#part.length > PART / 2 && end === line) this.#part = undefined;
    }
  }

  /** The code is whole: its colours come when the page is idle. */
  finish(): void {
    whenIdle(() => {
      if (!this.element.isConnected) return;
      const coloured = highlight(showHiddenInCode(this.code()), this.#language);
      if (coloured) this.#code.replaceChildren(coloured);
    });
  }

  code(): string {
    return this.#texts.join('');
  }

  showOutcome(outcome: ApplyOutcome | undefined): void {
    const { say, post } = this.#desk;
    this.#outcome.hidden = outcome === undefined;
    switch (outcome?.state) {
      case undefined:
        break;
      case 'applied':
        this.#outcome.replaceChildren(
          say('apply.applied', outcome.accepted, outcome.of),
          ' · ',
          button(
            say('apply.undo'),
            () => {
              post({ type: 'undoApply', block: { messageId: this.#home.messageId(), index: this.#index } });
            },
            { class: 'link' },
          ),
        );
        break;
      case 'undone':
        this.#outcome.replaceChildren(say('apply.undone'));
        break;
      case 'refused':
        this.#outcome.replaceChildren(say('apply.refused', outcome.reason));
    }
  }

  #toolbar(): HTMLElement {
    const { say, post } = this.#desk;
    const copy = button(
      say('code.copy'),
      () => {
        post({ type: 'copy', text: this.code() });
        copy.textContent = say('code.copied');
        setTimeout(() => (copy.textContent = say('code.copy')), 1500);
      },
      { title: say('code.copyHint') },
    );
    const insert = () => {
      post({ type: 'insert', code: this.code() });
    };
    const apply = () => {
      post({ type: 'apply', block: this.#ref() });
    };
    const open = () => {
      post({ type: 'newFile', code: this.code(), language: this.#language });
    };
    return element(
      'div',
      { class: 'code-tools', role: 'toolbar', 'aria-label': say('code.actions') },
      copy,
      button(say('code.insert'), insert, { title: say('code.insertHint') }),
      button(say('code.apply'), apply, { title: say('code.applyHint') }),
      button(say('code.new'), open, { title: say('code.newHint') }),
    );
  }

  #ref(): BlockRef {
    return {
      messageId: this.#home.messageId(),
      index: this.#index,
      language: this.#language,
      path: this.#path,
      code: this.code(),
    };
  }
}

/** What a fence says: "go", "go:pkg/add.go", "go pkg/add.go", "go title=pkg/add.go". */
export function readInfo(info: string): [language: string, path: string | undefined] {
  const match = /^([\w+#.-]*)(?:[:\s]\s*(?:\{?(?:title|file|filename|path)=)?["']?([^"'\s}]+))?/.exec(info);
  const path = match?.[2];
  return [(match?.[1] ?? '').toLowerCase(), path !== undefined && /[./]/.test(path) ? path : undefined];
}
