// The list that opens at "@" and "/" and completes them, as a combobox does: the focus
// stays in the field, the arrows move in the list.

import type { Completion } from '../src/panel-messages';
import type { Desk } from './desk';
import { element } from './element';

const WORD = /(?:^|\s)(@\S*)$|^(\/\S*)$/;

export class Suggestions {
  readonly element = element('ul', {
    class: 'suggestions',
    id: 'suggestions',
    role: 'listbox',
    hidden: true,
  });
  readonly #desk: Desk;
  readonly #field: HTMLTextAreaElement;
  #ask = 0;
  #items: readonly Completion[] = [];
  #at = 0;

  constructor(desk: Desk, field: HTMLTextAreaElement) {
    this.#desk = desk;
    this.#field = field;
    this.element.setAttribute('aria-label', desk.say('composer.suggestions'));
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-haspopup', 'listbox');
    field.setAttribute('aria-controls', 'suggestions');
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Asks for what fits before the caret, where a word to complete stands there. */
  update(): void {
    if (this.#word() === undefined) {
      this.close();
      return;
    }
    this.#desk.post({
      type: 'complete',
      ask: ++this.#ask,
      text: this.#field.value,
      offset: this.#field.selectionStart,
    });
  }

  /** Shows the answer to the latest ask; an older one comes too late. */
  show(ask: number, items: readonly Completion[]): void {
    if (ask !== this.#ask || this.#word() === undefined) return;
    this.#items = items.slice(0, 50);
    this.element.hidden = this.#items.length === 0;
    this.element.replaceChildren(...this.#items.map((item, index) => this.#option(item, index)));
    this.#select(0);
    if (!this.open) this.#field.removeAttribute('aria-activedescendant');
  }

  close(): void {
    this.#ask++;
    this.element.hidden = true;
    this.#field.removeAttribute('aria-activedescendant');
  }

  /** Takes a key that is meant for the list; says whether it was. */
  takes(event: KeyboardEvent): boolean {
    if (!this.open) return false;
    const last = this.#items.length - 1;
    if (event.key === 'ArrowDown') this.#select(this.#at === last ? 0 : this.#at + 1);
    else if (event.key === 'ArrowUp') this.#select(this.#at === 0 ? last : this.#at - 1);
    else if (event.key === 'Enter' || event.key === 'Tab') this.#accept(this.#at);
    else if (event.key === 'Escape') this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  #word(): string | undefined {
    const { value, selectionStart, selectionEnd } = this.#field;
    if (selectionStart !== selectionEnd) return undefined;
    const match = WORD.exec(value.slice(0, selectionStart));
    return match?.[1] ?? match?.[2];
  }

  #option(item: Completion, index: number): HTMLElement {
    const made = element(
      'li',
      { role: 'option', id: `suggestion-${index}`, 'aria-selected': 'false' },
      element('span', { class: 'suggestion', dir: 'auto' }, item.label),
      element('span', { class: 'suggestion-detail', dir: 'auto' }, item.detail ?? ''),
    );
    made.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      this.#accept(index);
    });
    return made;
  }

  #select(index: number): void {
    this.#at = index;
    for (const [place, option] of [...this.element.children].entries()) {
      option.setAttribute('aria-selected', String(place === index));
      if (place === index) option.scrollIntoView({ block: 'nearest' });
    }
    this.#field.setAttribute('aria-activedescendant', `suggestion-${index}`);
  }

  #accept(index: number): void {
    const item = this.#items[index];
    const word = this.#word();
    if (!item || word === undefined) return;
    const end = this.#field.selectionStart;
    const whole = /[:/]$/.test(item.insertText) ? item.insertText : `${item.insertText.trimEnd()} `;
    this.#field.setRangeText(whole, end - word.length, end, 'end');
    this.#field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
