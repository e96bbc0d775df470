// Reads what came over the line between the extension and the panel. A message
// that has not the shape its type promises is no message: undefined.

import type { BlockRef, Place, ToHost, ToPanel } from './panel-messages';

type Check = (value: unknown) => boolean;
type Shapes<M extends { type: string }> = {
  readonly [T in M['type']]: { readonly [F in Exclude<keyof Extract<M, { type: T }>, 'type'>]-?: Check };
};

const isString: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isBoolean: Check = (value) => typeof value === 'boolean';
const isArray: Check = (value) => Array.isArray(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isStrings: Check = (value) => Array.isArray(value) && value.every(isString);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
type Fields<T> = { readonly [F in keyof T]-?: Check };
const shaped =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

const isPlace = shaped({ uri: isString, firstLine: isNumber, lastLine: isNumber } satisfies Fields<Place>);
const isBlock = shaped({
  messageId: isString,
  index: isNumber,
  language: isString,
  path: optional(isString),
  code: isString,
} satisfies Fields<BlockRef>);
const isBlockKey = shaped({ messageId: isString, index: isNumber } satisfies Fields<
  Pick<BlockRef, 'messageId' | 'index'>
>);
const isCommand = oneOf('settings', 'retry', 'logs', 'install', 'restart');

const toHost: Shapes<ToHost> = {
  ready: { conversationId: optional(isString) },
  send: { text: isString },
  stop: { request: isNumber },
  retry: { messageId: isString, refresh: isBoolean },
  resend: { messageId: isString, text: isString },
  branch: { messageId: isString },
  newConversation: {},
  openConversation: { conversationId: isString },
  listConversations: { query: isString },
  renameConversation: { conversationId: isString, title: isString },
  deleteConversation: { conversationId: isString },
  exportConversation: { conversationId: isString, format: oneOf('markdown', 'json', 'html') },
  addContext: {},
  removeChip: { id: isString },
  dropFiles: { uris: isStrings },
  complete: { ask: isNumber, text: isString, offset: isNumber },
  preview: { text: isString },
  pickMode: { mode: oneOf('auto', 'local', 'cloud') },
  pickModel: { model: isString },
  copy: { text: isString },
  insert: { code: isString },
  apply: { block: isBlock },
  undoApply: { block: isBlockKey },
  newFile: { code: isString, language: isString },
  reveal: { place: isPlace },
  openLink: { href: isString },
  showMatch: { entryId: isString },
  rate: { messageId: isString, rating: oneOf('good', 'bad') },
  failureAction: { command: isCommand, messageId: optional(isString) },
  install: {},
  tryOutline: {},
  leave: {},
};

const toPanel: Shapes<ToPanel> = {
  init: {
    locale: isString,
    strings: isRecord,
    models: isArray,
    mode: isString,
    model: isString,
    status: isRecord,
    marking: isRecord,
    examples: isStrings,
  },
  models: { models: isArray },
  status: { status: isRecord },
  marking: { marking: isRecord },
  examples: { examples: isStrings },
  chips: { chips: isArray },
  draft: { text: isString, focus: isBoolean },
  conversation: { conversation: (value) => value === null || isRecord(value) },
  show: { view: oneOf('chat', 'conversations') },
  asked: { request: isNumber, question: isRecord },
  route: { request: isNumber, route: isRecord, cache: optional(isRecord) },
  text: { request: isNumber, text: isString },
  thinking: { request: isNumber, text: isString },
  step: { request: isNumber, step: isRecord },
  done: { request: isNumber, end: isRecord },
  stopped: { request: isNumber, conversationId: optional(isString) },
  failed: { request: isNumber, failure: isRecord, conversationId: optional(isString) },
  kept: { request: isNumber, messageId: isString },
  completions: { ask: isNumber, items: isArray },
  conversations: { items: isArray, query: isString },
  applied: { block: isBlockKey, outcome: isRecord },
  match: { entryId: isString, match: (value) => value === null || isRecord(value) },
  notice: { text: isString },
};

function fits(shapes: Readonly<Record<string, Readonly<Record<string, Check>>>>, value: unknown): boolean {
  if (!isRecord(value) || typeof value['type'] !== 'string' || !Object.hasOwn(shapes, value['type']))
    return false;
  const fields = shapes[value['type']];
  return fields !== undefined && Object.entries(fields).every(([name, check]) => check(value[name]));
}

/** Whether a value is a message of the panel, every field of it checked: the panel shows what models wrote. */
export const isToHost = (value: unknown): value is ToHost => fits(toHost, value);

/** Whether a value is a message of the extension. What its objects hold is the extension's to keep right. */
export const isToPanel = (value: unknown): value is ToPanel => fits(toPanel, value);
