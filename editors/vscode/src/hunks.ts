// The changes of one review. A document's text and the proposal's are both made
// from the original, so that neither can drift from what a person decided.

export type Decision = 'pending' | 'accepted' | 'rejected';

/** One change: what stands between two offsets of the original becomes text. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  decision: Decision;
}

/** The edits as hunks in order, each of them still to be decided. */
export function hunksOf(edits: readonly { start: number; end: number; text: string }[]): Hunk[] {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  return sorted.map((edit) => ({ ...edit, decision: 'pending' }));
}

/** What the document is: the original with what was accepted. */
export function decided(original: string, hunks: readonly Hunk[]): string {
  return applied(original, hunks, (hunk) => hunk.decision === 'accepted');
}

/** What the document would be with all that is not rejected. */
export function proposed(original: string, hunks: readonly Hunk[]): string {
  return applied(original, hunks, (hunk) => hunk.decision !== 'rejected');
}

function applied(original: string, hunks: readonly Hunk[], wanted: (hunk: Hunk) => boolean): string {
  let text = '';
  let at = 0;
  for (const hunk of hunks) {
    if (!wanted(hunk)) continue;
    text += original.slice(at, hunk.start) + hunk.text;
    at = hunk.end;
  }
  return text + original.slice(at);
}

/** Where a hunk begins in the proposed text. */
export function proposedOffset(hunks: readonly Hunk[], hunk: Hunk): number {
  let offset = hunk.start;
  for (const other of hunks) {
    if (other === hunk) break;
    if (other.decision !== 'rejected') offset += other.text.length - (other.end - other.start);
  }
  return offset;
}

/** The undecided hunk nearest to an offset of the proposed text. */
export function nearest(hunks: readonly Hunk[], offset: number): Hunk | undefined {
  let best: Hunk | undefined;
  let least = Infinity;
  for (const hunk of hunks) {
    if (hunk.decision !== 'pending') continue;
    const start = proposedOffset(hunks, hunk);
    const distance = offset < start ? start - offset : Math.max(0, offset - start - hunk.text.length);
    if (distance < least) [best, least] = [hunk, distance];
  }
  return best;
}

export function countOf(hunks: readonly Hunk[], decision: Decision): number {
  return hunks.filter((hunk) => hunk.decision === decision).length;
}

/** A code block as an answer writes it, behind a fence that the code cannot close. */
export function fenced(language: string, code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const end = code.endsWith('\n') ? '' : '\n';
  return `${fence}${language.replace(/[\s`]/g, '')}\n${code}${end}${fence}\n`;
}

/** The lines that have come of an answer's first code block; empty before it begins. */
export function codeSoFar(answer: string): string {
  const opening = /^ {0,3}(`{3,}|~{3,})[^\n]*\n/m.exec(answer);
  if (opening?.[1] === undefined) return '';
  const fence = opening[1];
  const lines = answer.slice(opening.index + opening[0].length).split('\n');
  lines.pop(); // the last is still coming
  const end = lines.findIndex((line) => line.trim().startsWith(fence));
  const code = end < 0 ? lines : lines.slice(0, end);
  return code.map((line) => `${line}\n`).join('');
}

/** The original while its part between two offsets is written anew: each line that came stands for one of it. */
export function growing(original: string, start: number, end: number, code: string): string {
  const old = original.slice(start, end).split('\n');
  const rest = old.slice(code.split('\n').length - 1).join('\n');
  return (
    original.slice(0, start) + (rest === '' ? code.replace(/\n$/, '') : code + rest) + original.slice(end)
  );
}
