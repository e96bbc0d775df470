import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMIT, Splitter, type Piece } from '../../webview/splitter';

const brief = (piece: Piece): string => {
  switch (piece.kind) {
    case 'markdown':
    case 'item':
      return `${piece.kind}${piece.joins ? '+' : ''} ${JSON.stringify(piece.text)}`;
    case 'rows':
      return `rows${piece.joins ? '+' : ''} ${JSON.stringify(piece.text)}`;
    case 'codeStart':
      return `codeStart ${piece.info}`;
    case 'code':
      return `code ${JSON.stringify(piece.text)}`;
    case 'codeEnd':
      return 'codeEnd';
  }
};

/** Neighbouring code is one: how it was cut up says only how it arrived. */
function merged(pieces: readonly Piece[]): string[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (piece.kind === 'code' && last?.kind === 'code')
      out[out.length - 1] = { kind: 'code', text: last.text + piece.text };
    else out.push(piece);
  }
  return out.map(brief);
}

function split(text: string, step = text.length || 1): string[] {
  const splitter = new Splitter();
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; at += step) pieces.push(...splitter.push(text.slice(at, at + step)));
  pieces.push(...splitter.finish());
  return merged(pieces);
}

const cases: Readonly<Record<string, { text: string; want: string[] }>> = {
  'two paragraphs': { text: 'one\ntwo\n\nthree', want: ['markdown "one\\ntwo\\n"', 'markdown "three\\n"'] },
  'a heading ends at its line': { text: '# a\nb\n', want: ['markdown "# a\\n"', 'markdown "b\\n"'] },
  'an underlined heading': { text: 'a\n===\nb', want: ['markdown "a\\n===\\n"', 'markdown "b\\n"'] },
  'a rule': { text: 'a\n\n---\nb', want: ['markdown "a\\n"', 'markdown "---\\n"', 'markdown "b\\n"'] },
  'a fence after a paragraph': {
    text: 'a\n```go x.go\nb\n```\nc',
    want: ['markdown "a\\n"', 'codeStart go x.go', 'code "b\\n"', 'codeEnd', 'markdown "c\\n"'],
  },
  'a fence that never ends': { text: '```\nb\nc', want: ['codeStart ', 'code "b\\nc"', 'codeEnd'] },
  'a fence that ends with the text': { text: '```\nb\n```', want: ['codeStart ', 'code "b\\n"', 'codeEnd'] },
  'a longer fence holds shorter ones': {
    text: '````\n```\n````\n',
    want: ['codeStart ', 'code "```\\n"', 'codeEnd'],
  },
  'ticks within code do not end it': {
    text: '```\na ```\n``` b\n```\n',
    want: ['codeStart ', 'code "a ```\\n``` b\\n"', 'codeEnd'],
  },
  'an indented fence': {
    text: '  ```\n  a\n    b\n  ```',
    want: ['codeStart ', 'code "a\\n  b\\n"', 'codeEnd'],
  },
  'a list comes item by item': {
    text: '- a\n- b\n\n- c\n\nd',
    want: ['item "- a\\n"', 'item+ "- b\\n\\n"', 'item+ "- c\\n\\n"', 'markdown "d\\n"'],
  },
  'another bullet is another list': { text: '- a\n* b', want: ['item "- a\\n"', 'item "* b\\n"'] },
  'a numbered list': { text: '1. a\n2. b', want: ['item "1. a\\n"', 'item+ "2. b\\n"'] },
  'an item keeps what is indented': {
    text: '- a\n\n  b\n  ```\n  - c\n\n  ```\n- d',
    want: ['item "- a\\n\\n  b\\n  ```\\n  - c\\n\\n  ```\\n"', 'item+ "- d\\n"'],
  },
  'an item goes on lazily': { text: '- a\nb\n', want: ['item "- a\\nb\\n"'] },
  'a number within a paragraph is no list': { text: 'in\n1984. was', want: ['markdown "in\\n1984. was\\n"'] },
  'a table comes row by row': {
    text: '|a|b|\n|-|-|\n|1|2|\n|3|4|\n\nx',
    want: ['rows ""', 'rows+ "|1|2|\\n"', 'rows+ "|3|4|\\n"', 'markdown "x\\n"'],
  },
  'a quote goes on': { text: '> a\n> b\n\nc', want: ['markdown "> a\\n> b\\n"', 'markdown "c\\n"'] },
  'line ends of Windows': {
    text: 'a\r\n\r\n```\r\nb\r\n```\r\n',
    want: ['markdown "a\\n"', 'codeStart ', 'code "b\\n"', 'codeEnd'],
  },
  nothing: { text: '', want: [] },
  'blank lines alone': { text: '\n\n \n', want: [] },
}; // each case also arrives in parts below

for (const [name, { text, want }] of Object.entries(cases)) {
  test(name, () => {
    assert.deepEqual(split(text), want);
    for (const step of [1, 2, 3, 7]) assert.deepEqual(split(text, step), want, `in steps of ${step}`);
  });
}

test('a tail is what is not final', () => {
  const splitter = new Splitter();
  splitter.push('done\n\nhalf a sen');
  assert.deepEqual(splitter.tail(), { kind: 'markdown', text: 'half a sen' });
  splitter.push('tence\n\n``');
  assert.equal(splitter.tail(), undefined, 'ticks do not flicker');
});

test('no tail grows beyond the limit', () => {
  const hostile: Readonly<Record<string, string>> = {
    'one line': 'x'.repeat(1 << 20),
    'one line of words': 'word '.repeat(1 << 18),
    'one line of astral characters': '\u{1F600}'.repeat(1 << 17),
    'one paragraph': 'a line\n'.repeat(1 << 16),
    'one item': `- a\n${'  b\n'.repeat(1 << 16)}`,
    quotes: '>'.repeat(1 << 16),
    'a row': `|a|b|\n|-|-|\n|${'x'.repeat(1 << 18)}`,
    'blank lines in an item': `- a${'\n'.repeat(1 << 16)}`,
  };
  for (const [name, text] of Object.entries(hostile)) {
    const splitter = new Splitter();
    let most = 0;
    for (let at = 0; at < text.length; at += 1000) {
      for (const piece of splitter.push(text.slice(at, at + 1000))) {
        if (piece.kind === 'markdown' || piece.kind === 'item')
          assert.ok(piece.text.length <= 2 * LIMIT, name);
      }
      most = Math.max(most, splitter.tail()?.text.length ?? 0);
    }
    assert.ok(most <= 2 * LIMIT, `${name}: ${most}`);
  }
});

test('nothing is lost where a long line is cut', () => {
  const text = '\u{1F600}é'.repeat(20_000);
  const splitter = new Splitter();
  const pieces = [...splitter.push(text), ...splitter.finish()];
  assert.equal(
    pieces
      .map((piece) => ('text' in piece ? piece.text : ''))
      .join('')
      .trimEnd(),
    text,
  );
  for (const piece of pieces) assert.ok('text' in piece && piece.text.isWellFormed());
});
