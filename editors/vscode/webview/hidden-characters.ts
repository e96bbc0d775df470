// Makes characters visible that change how text reads without being seen: a model,
// or a file it quotes, can hide or reorder text with them.

// Embeddings, overrides and isolates; and tag characters, which carry hidden text.
const HIDING = /[\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/gu;
// In code also the marks that right-to-left prose has a use for, and spaces without width.
const HIDING_IN_CODE =
  /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]/gu;

const mark = (char: string): string =>
  `[U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

/** Prose with each such character as its number: "[U+202E]". */
export const showHidden = (text: string): string => text.replace(HIDING, mark);

/** The same for code, where nothing invisible belongs. */
export const showHiddenInCode = (code: string): string => code.replace(HIDING_IN_CODE, mark);
