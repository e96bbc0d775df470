// Shows Markdown as it arrives. What is final is rendered once and never touched again;
// the tail, which is short, is rendered anew in each frame that changed it. Final blocks
// stand in sections of a few, and tables and lists end after so many rows: a browser
// that lays out the tail looks at each of its neighbours, and there are never many.

import { CodeBlock, type BlockHome } from './code-block';
import type { Desk } from './desk';
import { element } from './element';
import { renderMarkdown } from './markdown';
import { Splitter, type Piece } from './splitter';

/** How much text is split between two looks at the clock; in characters. */
const SLICE = 8192;
/** How many blocks a section holds. */
const SECTION = 16;
/** How many rows a table and items a list holds before another goes on. */
const ROWS = 200;
/** How many pieces are rendered at once. */
const RUN = 50;
/** A paragraph that Markdown makes nothing of: it begins with a letter and goes on without marks. */
const WORDS = /^\p{L}[\p{L}\p{N} ,;.'"’()?…–-]*$/u;

export class GrowingText {
  readonly blocks: CodeBlock[] = [];
  readonly #root: HTMLElement;
  readonly #desk: Desk;
  readonly #home: BlockHome;
  readonly #splitter = new Splitter();
  readonly #tail = element('div', { class: 'tail' });
  #section: HTMLElement | undefined;
  readonly #job = (deadline: number) => this.#pump(deadline);
  #open: CodeBlock | undefined;
  #waiting: string[] = [];
  #pieces: Piece[] = [];
  #next = 0;
  #finished = false;
  #tailText = '';
  /** The tail's words, while it has nothing but words. */
  #words: Text | undefined;

  constructor(root: HTMLElement, desk: Desk, home: BlockHome) {
    this.#root = root;
    this.#desk = desk;
    this.#home = home;
    root.append(this.#tail);
  }

  /** Takes text that arrived; it shows in the next frame. */
  push(text: string): void {
    for (let at = 0; at < text.length; at += SLICE) this.#waiting.push(text.slice(at, at + SLICE));
    this.#desk.frames.request(this.#job);
  }

  /** No more text comes. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#desk.frames.request(this.#job);
  }

  /** Shows at once what there is, as long as `milliseconds` allow. */
  showNow(milliseconds: number): void {
    if (this.#pump(performance.now() + milliseconds)) this.#desk.frames.request(this.#job);
  }

  #pump(deadline: number): boolean {
    do {
      if (this.#next < this.#pieces.length) this.#showPieces(deadline);
      else if (this.#toSplit()) this.#split();
      else break;
    } while (performance.now() < deadline);
    const more = this.#next < this.#pieces.length || this.#toSplit();
    if (!more) this.#showTail();
    return more;
  }

  /** Whether there is text to split, or its end. */
  #toSplit(): boolean {
    return this.#waiting.length > 0 || (this.#finished && this.#showsTail());
  }

  /** The tail stands under the text until its end was split. */
  #showsTail(): boolean {
    return this.#tail.parentNode !== null;
  }

  #split(): void {
    this.#next = 0;
    if (this.#waiting.length > 0) {
      this.#pieces = this.#splitter.push(this.#takeWaiting());
      return;
    }
    this.#pieces = this.#splitter.finish();
    this.#tail.remove();
  }

  // Many short tokens are split in one go.
  #takeWaiting(): string {
    let count = 0;
    for (let size = 0; count < this.#waiting.length && size < SLICE; count++)
      size += this.#waiting[count]?.length ?? 0;
    return this.#waiting.splice(0, count).join('');
  }

  #showPieces(deadline: number): void {
    while (this.#next < this.#pieces.length) {
      const piece = this.#pieces[this.#next++];
      if (piece) this.#show(piece);
      if (performance.now() > deadline) return;
    }
  }

  #show(piece: Piece): void {
    switch (piece.kind) {
      case 'codeStart':
        this.#open = new CodeBlock(this.#desk, this.#home, this.blocks.length, piece.info);
        this.blocks.push(this.#open);
        this.#insert(this.#open.element);
        break;
      case 'code':
        this.#open?.append(this.#codeRun(piece.text));
        break;
      case 'codeEnd':
        this.#open?.finish();
        this.#open = undefined;
        break;
      case 'rows':
        this.#showRows(piece.head, this.#run(piece, ''), piece.joins);
        break;
      case 'item':
        this.#showBlocks(this.#run(piece, ''), piece.joins);
        break;
      case 'markdown':
        this.#showBlocks(this.#run(piece, '\n'), piece.joins);
    }
  }

  // The pieces that follow in this frame and can be read with the first: a render costs more than its text.
  #run(first: Exclude<Piece, { kind: `code${string}` }>, between: string): string {
    let run = first.text;
    for (let count = 1; count < RUN && run.length < SLICE; count++) {
      const piece = this.#pieces[this.#next];
      if (piece?.kind !== first.kind || piece.joins !== (first.kind !== 'markdown')) break;
      // After an empty line an item would make its whole list one of paragraphs.
      if (first.kind === 'item' && run.endsWith('\n\n')) break;
      run += between + piece.text;
      this.#next++;
    }
    return run;
  }

  // The lines of code that follow each other in this frame, as one.
  #codeRun(first: string): string {
    const run = [first];
    for (let size = first.length; size < SLICE; this.#next++) {
      const piece = this.#pieces[this.#next];
      if (piece?.kind !== 'code') break;
      run.push(piece.text);
      size += piece.text.length;
    }
    return run.join('');
  }

  #showRows(head: string, text: string, joins: boolean): void {
    const fragment = renderMarkdown(head + text);
    const table = joins ? this.#last()?.querySelector('table') : undefined;
    const body = table && (table.tBodies[0] ?? table.createTBody());
    if (!body || body.childElementCount >= ROWS) this.#insert(fragment);
    else body.append(...fragment.querySelectorAll('tbody tr'));
  }

  #showBlocks(text: string, joins: boolean): void {
    const fragment = renderMarkdown(text);
    this.#makeCode(fragment, this.blocks);
    const last = this.#last();
    const first = fragment.firstElementChild;
    if (joins && last && first && goesOn(last, first)) {
      if (first.tagName === 'P') last.append(' ');
      last.append(...first.childNodes);
      first.remove();
    }
    this.#insert(fragment);
  }

  #showTail(): void {
    const tail = this.#splitter.tail();
    if (!this.#showsTail() || this.#tailText === (tail?.text ?? '')) return;
    const before = this.#tailText;
    this.#tailText = tail?.text ?? '';
    if (tail && this.#growWords(before, tail.text)) return;
    this.#words = undefined;
    if (!tail) {
      this.#tail.replaceChildren();
      return;
    }
    const fragment = renderMarkdown(tail.text);
    this.#makeCode(fragment, [...this.blocks]);
    const inList = tail.kind === 'item' && this.#last()?.tagName === fragment.firstElementChild?.tagName;
    this.#tail.classList.toggle('in-list', inList);
    addCaret(fragment);
    this.#tail.replaceChildren(fragment);
  }

  /** Shows a tail of nothing but words without reading it as Markdown; says whether it could. */
  #growWords(before: string, text: string): boolean {
    if (!WORDS.test(text)) return false;
    if (this.#words && text.startsWith(before)) {
      this.#words.appendData(text.slice(before.length));
      return true;
    }
    this.#words = new Text(text);
    this.#tail.classList.remove('in-list');
    const caret = element('span', { class: 'caret' });
    this.#tail.replaceChildren(element('p', { dir: 'auto' }, this.#words, caret));
    return true;
  }

  #last(): Element | undefined {
    return this.#section?.lastElementChild ?? undefined;
  }

  #insert(node: Node): void {
    if (!this.#section || this.#section.childElementCount >= SECTION) {
      this.#section = element('div', { class: 'section' });
      if (this.#showsTail()) this.#tail.before(this.#section);
      else this.#root.append(this.#section);
    }
    this.#section.append(node);
  }

  #makeCode(fragment: DocumentFragment, blocks: CodeBlock[]): void {
    for (const pre of fragment.querySelectorAll<HTMLElement>('pre')) {
      const block = new CodeBlock(this.#desk, this.#home, blocks.length, pre.dataset['info'] ?? '');
      blocks.push(block);
      block.append(pre.textContent);
      pre.replaceWith(block.element);
      if (blocks === this.blocks) block.finish();
    }
  }
}

/** Whether what is in `first` belongs into `last`, the block before it. */
function goesOn(last: Element, first: Element): boolean {
  if (last.tagName !== first.tagName) return false;
  return first.tagName === 'P' || (/^[UO]L$/.test(first.tagName) && last.childElementCount < ROWS);
}

/** Puts the caret where the next word comes. */
function addCaret(fragment: DocumentFragment): void {
  let at: Element | null = fragment.lastElementChild;
  while (at?.lastElementChild && /^([UO]L|LI|P|H\d|BLOCKQUOTE)$/.test(at.lastElementChild.tagName))
    at = at.lastElementChild;
  if (at && /^(LI|P|H\d)$/.test(at.tagName)) at.append(element('span', { class: 'caret' }));
}
