// The list of conversations: search, open, rename, export, delete.

import type { ConversationRow } from '../src/panel-messages';
import type { Desk } from './desk';
import { button, element, iconButton } from './element';
import { age, cents } from './route-line';

/** How long after the last key a search goes out, in milliseconds. */
const PAUSE = 150;
const MONTH = 30 * 86_400; // in seconds

export class ConversationsView {
  readonly element: HTMLElement;
  readonly #desk: Desk;
  readonly #search: HTMLInputElement;
  readonly #list = element('ul', { class: 'conversation-list' });
  readonly #none = element('p', { class: 'none', role: 'status' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: Desk, close: () => void) {
    const { say, post } = desk;
    this.#desk = desk;
    this.#search = element('input', {
      type: 'search',
      class: 'field',
      dir: 'auto',
      placeholder: say('conversations.search'),
      'aria-label': say('conversations.search'),
    });
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.refresh();
      }, PAUSE);
    });
    const create = iconButton('add', say('conversations.new'), () => {
      post({ type: 'newConversation' });
    });
    this.element = element(
      'section',
      { class: 'conversations', 'aria-label': say('conversations.title'), hidden: true },
      element(
        'div',
        { class: 'conversations-head' },
        iconButton('arrow-left', say('conversations.back'), close),
        this.#search,
        create,
      ),
      this.#none,
      this.#list,
    );
    this.#none.hidden = true;
  }

  focus(): void {
    this.#search.focus();
  }

  /** Asks for the list anew. */
  refresh(): void {
    this.#desk.post({ type: 'listConversations', query: this.#search.value });
  }

  /** Shows what was found, unless something else was asked for since. */
  show(rows: readonly ConversationRow[], query: string, current: string | undefined): void {
    if (query !== this.#search.value) return;
    const { say } = this.#desk;
    this.#none.hidden = rows.length > 0;
    this.#none.textContent = query === '' ? say('conversations.none') : say('conversations.nothing', query);
    this.#list.replaceChildren(...rows.map((row) => this.#row(row, current)));
  }

  #row({ summary, snippets }: ConversationRow, current: string | undefined): HTMLElement {
    const { say, post } = this.#desk;
    const { conversationId } = summary;
    const meta = [
      this.#when(summary.updatedAt),
      say('conversations.count', summary.messageCount),
      ...(summary.costCents > 0 ? [say('route.cents', cents(summary.costCents))] : []),
      ...(summary.classification === 'UNCLASSIFIED' ? [] : [summary.classification]),
    ].join(' · ');
    const open = button(
      '',
      () => {
        post({ type: 'openConversation', conversationId });
      },
      { class: 'conversation-open', 'aria-current': conversationId === current ? 'true' : undefined },
    );
    open.append(
      element('span', { class: 'conversation-title', dir: 'auto' }, summary.title),
      ...snippets.slice(0, 2).map((text) => element('span', { class: 'snippet', dir: 'auto' }, text)),
      element('span', { class: 'meta' }, meta),
    );
    const row = element('li', { class: 'conversation' }, open);
    row.append(this.#tools(row, summary.title, conversationId));
    return row;
  }

  /** How long ago, or the day where that is more than a month. */
  #when(updatedAt: string): string {
    const at = new Date(updatedAt);
    if (Number.isNaN(at.getTime())) return '';
    const seconds = Math.max(0, (Date.now() - at.getTime()) / 1000);
    if (seconds < MONTH) return age(this.#desk.say, seconds);
    return at.toLocaleDateString(this.#desk.locale, { dateStyle: 'medium' });
  }

  #tools(row: HTMLElement, title: string, conversationId: string): HTMLElement {
    const { say, post } = this.#desk;
    const remove = iconButton('trash', say('conversations.delete'), () => {
      const sure = button(
        say('conversations.deleteSure'),
        () => {
          post({ type: 'deleteConversation', conversationId });
        },
        { class: 'danger' },
      );
      sure.addEventListener('blur', () => {
        sure.replaceWith(remove);
      });
      remove.replaceWith(sure);
      sure.focus();
    });
    return element(
      'div',
      { class: 'tools', role: 'toolbar', 'aria-label': say('conversations.actions', title) },
      iconButton('edit', say('conversations.rename'), () => {
        this.#rename(row, title, conversationId);
      }),
      iconButton('export', say('conversations.export'), () => {
        post({ type: 'exportConversation', conversationId, format: 'markdown' });
      }),
      remove,
    );
  }

  #rename(row: HTMLElement, title: string, conversationId: string): void {
    const { say, post } = this.#desk;
    const field = element('input', { class: 'field', 'aria-label': say('conversations.name'), dir: 'auto' });
    field.value = title;
    const before = [...row.childNodes];
    const close = () => {
      row.replaceChildren(...before);
      row.querySelector<HTMLElement>('button')?.focus();
    };
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      event.stopPropagation();
      const name = field.value.trim();
      if (event.key === 'Enter' && name !== '' && name !== title) {
        post({ type: 'renameConversation', conversationId, title: name });
      }
      close();
    });
    row.replaceChildren(field);
    field.focus();
    field.select();
  }
}
