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
