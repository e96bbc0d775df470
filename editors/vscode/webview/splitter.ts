// Cuts growing Markdown into pieces that will not change any more.
//
// Text goes in as it arrives; pieces come out once, in order, and together they are
// the whole text. What is not decided yet is the tail, and it never holds more than
// LIMIT characters: the price of showing one more token does not depend on how much
// there is already. Lists come item by item, tables row by row, code line by line.
// Reference links ("[x]: url") do not reach from one piece into another.

/** The most a tail may hold before it is cut, block or not; in UTF-16 units. */
export const LIMIT = 8192;

export type Piece =
  /** Whole blocks; `joins` goes on in the paragraph before it, which was too long to keep. */
  | { readonly kind: 'markdown'; readonly text: string; readonly joins: boolean }
  /** One item of a list; `joins` where its list has begun. */
  | { readonly kind: 'item'; readonly text: string; readonly joins: boolean }
  /** Rows of a table under `head`, its two first lines; `joins` where the table has begun. */
  | { readonly kind: 'rows'; readonly head: string; readonly text: string; readonly joins: boolean }
  | { readonly kind: 'codeStart'; readonly info: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'codeEnd' };

interface Fence {
  readonly mark: string;
  readonly length: number;
  readonly indent: number;
}

interface Item {
  /** The bullet, or the character after the number: another one begins another list. */
  readonly marker: string;
  /** The column the item's own text begins at. */
  readonly column: number;
}

const FENCE = /^( {0,3})(`{3,}(?!.*`)|~{3,})[ \t]*(.*)$/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}([.)]))([ \t]+|$)/;
const HEADING = /^ {0,3}#{1,6}(\s|$)/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
const QUOTE = /^ {0,3}>/;
const DELIMITERS = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

export class Splitter {
  #mode: 'none' | 'text' | 'item' | 'table' | 'code' = 'none';
  /** Whole lines of what is being read, line ends included. */
  #block = '';
  /** The line that has not ended. In code it holds only what may still turn out a closing fence. */
  #rest = '';
  /** Whether a part of the block was given away already, so that what follows joins it. */
  #joins = false;
  #fence: Fence = { mark: '`', length: 3, indent: 0 };
  #item: Item = { marker: '', column: 0 };
  /** The fence that is open within an item, whose lines are not looked at. */
  #inner: Fence | undefined;
  #blank = false;
  #head = '';
  /** Whether a part of the present line of code was given away. */
  #inLine = false;
  #out: Piece[] = [];

  /** Takes what arrived and returns what became final by it. */
  push(text: string): Piece[] {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = this.#rest + text.slice(from, end);
      this.#rest = '';
      this.#line(line.endsWith('\r') ? line.slice(0, -1) : line);
      from = end + 1;
    }
    this.#rest += text.slice(from);
    this.#unfinishedLine();
    return this.#take();
  }

  /** Ends the text; an open fence ends with it. */
  finish(): Piece[] {
    if (this.#mode === 'code') {
      if (this.#rest !== '' && !this.#closes(this.#rest)) this.#emit({ kind: 'code', text: this.#rest });
      this.#emit({ kind: 'codeEnd' });
    } else {
      if (this.#rest !== '') this.#line(this.#rest);
      this.#end();
      if (this.#isIn('code')) this.#emit({ kind: 'codeEnd' });
    }
    this.#mode = 'none';
    this.#rest = '';
    return this.#take();
  }

  /** What is there beyond the pieces, as it would be if nothing came after it. */
  tail(): { readonly kind: 'markdown' | 'item'; readonly text: string } | undefined {
    if (this.#mode === 'code' || this.#mode === 'table') return undefined;
    const text = this.#block + this.#rest;
    // A fence shows once its line is whole; its ticks alone would flicker.
    if (text.trim() === '' || (this.#block === '' && /^ {0,3}[`~]+[\w+#-]*$/.test(text))) return undefined;
    return { kind: this.#mode === 'item' ? 'item' : 'markdown', text };
  }

  // Reads the mode anew: what was called before may have changed it.
  #isIn(mode: string): boolean {
    return this.#mode === mode;
  }

  #take(): Piece[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #emit(piece: Piece): void {
    this.#out.push(piece);
  }

  #line(line: string): void {
    switch (this.#mode) {
      case 'code':
        this.#codeLine(line);
        break;
      case 'item':
        this.#itemLine(line);
        break;
      case 'table':
        this.#tableLine(line);
        break;
      case 'none':
      case 'text':
        this.#textLine(line);
    }
    if (this.#block.length > LIMIT) this.#giveAway();
  }

  #textLine(line: string): void {
    if (line.trim() === '') {
      this.#end();
      return;
    }
    const fence = FENCE.exec(line);
    if (fence) this.#openFence(fence);
    else if (this.#startsItem(line)) this.#openItem(line);
    else if (HEADING.test(line)) this.#whole(line);
    else if (this.#block !== '' && !QUOTE.test(this.#block) && UNDERLINE.test(line)) this.#underline(line);
    else if (RULE.test(line)) this.#whole(line);
    else if (this.#isTableHead(line)) this.#openTable(line);
    else {
      if (QUOTE.test(line) && !QUOTE.test(this.#block)) this.#end();
      this.#mode = 'text';
      this.#block += line + '\n';
    }
  }

  #whole(line: string): void {
    this.#end();
    this.#emit({ kind: 'markdown', text: line + '\n', joins: false });
  }

  #underline(line: string): void {
    this.#block += line + '\n';
    this.#end();
  }

  #startsItem(line: string): boolean {
    const item = ITEM.exec(line);
    if (!item || RULE.test(line)) return false;
    if (this.#block === '') return true;
    // Within a paragraph only a list with text begins one, and a numbered one only at 1.
    return item[4] !== '' && (item[3] === undefined || item[2] === `1${item[3]}`);
  }

  #openItem(line: string): void {
    this.#end();
    this.#mode = 'item';
    this.#joins = false;
    this.#beginItem(line);
  }

  #beginItem(line: string): void {
    const match = ITEM.exec(line);
    const lead = (match?.[1]?.length ?? 0) + (match?.[2]?.length ?? 1);
    const space = match?.[4]?.length ?? 1;
    this.#item = {
      marker: match?.[3] ?? match?.[2] ?? '',
      column: lead + (space > 4 || space === 0 ? 1 : space),
    };
    this.#block = line + '\n';
    this.#blank = false;
    const fence = FENCE.exec(line.slice(this.#item.column));
    this.#inner = fence ? fenceOf(fence) : undefined;
  }

  #itemLine(line: string): void {
    if (line.trim() === '') {
      this.#blank = true;
      this.#block += '\n';
      return;
    }
    if (indentOf(line) >= this.#item.column) {
      this.#within(line);
      return;
    }
    this.#inner = undefined;
    const match = RULE.test(line) ? null : ITEM.exec(line);
    if (match) this.#nextItem(line, match[3] ?? match[2] ?? '');
    else if (this.#blank || FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line)) {
      this.#end();
      this.#textLine(line);
    } else this.#block += line + '\n';
  }

  #within(line: string): void {
    this.#blank = false;
    this.#block += line + '\n';
    const inner = line.slice(this.#item.column);
    if (this.#inner) {
      if (closesFence(inner, this.#inner)) this.#inner = undefined;
      return;
    }
    const fence = FENCE.exec(inner);
    if (fence) this.#inner = fenceOf(fence);
  }

  #nextItem(line: string, marker: string): void {
    const same = marker === this.#item.marker;
    this.#emit({ kind: 'item', text: this.#block, joins: this.#joins });
    this.#joins = same;
    this.#beginItem(line);
  }

  #isTableHead(line: string): boolean {
    if (this.#mode !== 'text' || this.#joins || !DELIMITERS.test(line)) return false;
    return this.#block.includes('|') && this.#block.indexOf('\n') === this.#block.length - 1;
  }

  #openTable(line: string): void {
    this.#head = this.#block + line + '\n';
    this.#block = '';
    this.#mode = 'table';
    this.#emit({ kind: 'rows', head: this.#head, text: '', joins: false });
  }

  #tableLine(line: string): void {
    if (line.trim() === '' || FENCE.test(line) || HEADING.test(line) || QUOTE.test(line)) {
      this.#end();
      this.#textLine(line);
    } else this.#emit({ kind: 'rows', head: this.#head, text: line + '\n', joins: true });
  }

  #openFence(match: RegExpExecArray): void {
    this.#end();
    this.#mode = 'code';
    this.#fence = fenceOf(match);
    this.#inLine = false;
    this.#emit({ kind: 'codeStart', info: (match[3] ?? '').trim() });
  }

  #codeLine(line: string): void {
    if (!this.#inLine && this.#closes(line)) {
      this.#emit({ kind: 'codeEnd' });
      this.#mode = 'none';
      return;
    }
    const text = this.#inLine ? line : unindent(line, this.#fence.indent);
    this.#inLine = false;
    this.#emit({ kind: 'code', text: text + '\n' });
  }

  #closes(line: string): boolean {
    return closesFence(line, this.#fence);
  }

  #unfinishedLine(): void {
    if (this.#mode === 'code') {
      const text = this.#rest;
      const held =
        text.endsWith('\r') || (!this.#inLine && /^[ \t]*[`~]*[ \t]*$/.test(text) && text.length < LIMIT);
      if (text === '' || held) return;
      this.#emit({ kind: 'code', text: this.#inLine ? text : unindent(text, this.#fence.indent) });
      this.#inLine = true;
      this.#rest = '';
    } else if (this.#block.length + this.#rest.length > LIMIT) this.#giveAway();
  }

  /** Gives away a block too long to wait for its end. */
  #giveAway(): void {
    const joins = this.#mode === 'text' || this.#mode === 'none';
    if (this.#block !== '') this.#flush();
    this.#mode = 'text';
    this.#inner = undefined;
    this.#joins = joins;
    while (this.#rest.length > LIMIT) {
      const cut = cutAt(this.#rest);
      this.#emit({ kind: 'markdown', text: this.#rest.slice(0, cut), joins: this.#joins });
      this.#rest = this.#rest.slice(cut);
      this.#joins = true;
    }
  }

  #flush(): void {
    if (this.#mode === 'item') this.#emit({ kind: 'item', text: this.#block, joins: this.#joins });
    else if (this.#block.trim() !== '')
      this.#emit({ kind: 'markdown', text: this.#block, joins: this.#joins });
    this.#block = '';
  }

  #end(): void {
    this.#flush();
    this.#mode = 'none';
    this.#joins = false;
    this.#blank = false;
    this.#inner = undefined;
  }
}

function fenceOf(match: RegExpExecArray): Fence {
  const ticks = match[2] ?? '```';
  return { mark: ticks.charAt(0), length: ticks.length, indent: match[1]?.length ?? 0 };
}

function closesFence(line: string, fence: Fence): boolean {
  const text = line.trimEnd();
  const ticks = text.trimStart();
  if (text.length - ticks.length > 3 || ticks.length < fence.length) return false;
  return ticks === fence.mark.repeat(ticks.length);
}

function indentOf(line: string): number {
  let width = 0;
  for (const char of line) {
    if (char === ' ') width++;
    else if (char === '\t') width += 4 - (width % 4);
    else break;
  }
  return width;
}

function unindent(line: string, width: number): string {
  let at = 0;
  while (at < width && line[at] === ' ') at++;
  return line.slice(at);
}

/** Where to cut a long line: at its last space, else between two characters. */
function cutAt(line: string): number {
  const space = line.lastIndexOf(' ', LIMIT);
  if (space > LIMIT / 2) return space + 1;
  const code = line.charCodeAt(LIMIT - 1);
  return code >= 0xd800 && code <= 0xdbff ? LIMIT - 1 : LIMIT;
}
