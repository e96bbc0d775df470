// Colours code, block by block, when the page has nothing better to do. The languages
// are the ones people ask about most; others stay plain.

import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import lua from 'highlight.js/lib/languages/lua';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import scala from 'highlight.js/lib/languages/scala';
import shell from 'highlight.js/lib/languages/shell';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

import { cleanCode } from './sanitiser';

const languages = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  ini,
  java,
  javascript,
  json,
  kotlin,
  lua,
  makefile,
  markdown,
  php,
  python,
  ruby,
  rust,
  scala,
  shell,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};

for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);

/** The most that is coloured at once, in characters: some 10 ms of work. */
const LIMIT = 20_000;
/** What a piece of work takes as a rule, in milliseconds. */
const PIECE = 5;

/** Coloured code, or undefined where it stays plain: a language unknown here, or too much. */
export function highlight(code: string, language: string): DocumentFragment | undefined {
  if (code.length > LIMIT || longestLine(code) > 2000 || !hljs.getLanguage(language)) return undefined;
  return cleanCode(hljs.highlight(code, { language, ignoreIllegals: true }).value);
}

// A grammar's expressions go back and forth within a line: a long one is where they are slow.
function longestLine(code: string): number {
  return code.split('\n').reduce((most, line) => Math.max(most, line.length), 0);
}

const waiting: (() => void)[] = [];

/** Runs work in idle time, in the order it came, at least a piece every half second. */
export function whenIdle(work: () => void): void {
  if (waiting.push(work) === 1) requestIdleCallback(runSome, { timeout: 500 });
}

function runSome(idle: IdleDeadline): void {
  do {
    waiting[0]?.();
    waiting.shift();
  } while (waiting.length > 0 && idle.timeRemaining() > PIECE);
  if (waiting.length > 0) requestIdleCallback(runSome, { timeout: 500 });
}
