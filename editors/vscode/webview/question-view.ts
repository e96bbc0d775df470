// A question as it was asked, and the field to ask it in other words.

import type { Desk } from './desk';
import { chipItem } from './chip-list';
import { button, element, iconButton } from './element';
import { showHidden } from './hidden-characters';
import type { Turn } from './panel-model';

/** Questions longer than this begin folded; in characters. */
const LONG = 1200;

export class QuestionView {
  readonly element: HTMLElement;
  readonly #desk: Desk;
  readonly #turn: Turn;
  readonly #text: HTMLElement;

  constructor(desk: Desk, turn: Turn) {
    this.#desk = desk;
    this.#turn = turn;
    this.#text = element('div', { class: 'question-text', dir: 'auto' });
    const meta = element('div', { class: 'meta' }, `${desk.say('question.you')} · ${this.#time()}`);
    this.element = element('div', { class: 'question' }, meta, this.#text, this.#chips(), this.#toolbar());
    this.#show(turn.question.text.length <= LONG);
  }

  /** Puts a field in place of the question. */
  edit(): void {
    const { say, post } = this.#desk;
    const field = element('textarea', {
      class: 'field',
      'aria-label': say('question.editLabel'),
      dir: 'auto',
    });
    field.value = this.#turn.question.text;
    const close = () => {
      form.replaceWith(this.#text);
      this.element.querySelector<HTMLElement>('.question-tools button')?.focus();
    };
    const send = () => {
      if (field.value.trim() === '') return;
      form.replaceWith(this.#text);
      post({ type: 'resend', messageId: this.#turn.question.messageId, text: field.value });
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
      else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    const form = element(
      'div',
      { class: 'edit' },
      field,
      button(say('question.send'), send, { class: 'primary' }),
      button(say('question.cancel'), close, { class: 'secondary' }),
    );
    this.#text.replaceWith(form);
    field.focus();
  }

  #show(whole: boolean): void {
    const { text } = this.#turn.question;
    this.#text.textContent = showHidden(whole ? text : `${text.slice(0, LONG)} …`);
    if (whole) return;
    const more = button(
      this.#desk.say('question.longer'),
      () => {
        this.#show(true);
      },
      { class: 'link' },
    );
    this.#text.append(' ', more);
  }

  #time(): string {
    const at = new Date(this.#turn.question.createdAt);
    if (Number.isNaN(at.getTime())) return '';
    const today = at.toDateString() === new Date().toDateString();
    return at.toLocaleString(
      this.#desk.locale,
      today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
    );
  }

  #chips(): HTMLElement | undefined {
    const { chips } = this.#turn.question;
    if (chips.length === 0) return undefined;
    const list = element('ul', { class: 'chips', 'aria-label': this.#desk.say('question.sent') });
    list.append(...chips.map((chip) => chipItem(this.#desk, chip)));
    return list;
  }

  #toolbar(): HTMLElement {
    const { say, post } = this.#desk;
    const { messageId } = this.#turn.question;
    return element(
      'div',
      { class: 'question-tools tools', role: 'toolbar', 'aria-label': say('question.editLabel') },
      iconButton('edit', say('question.edit'), () => {
        this.edit();
      }),
      iconButton('git-branch', say('question.branch'), () => {
        post({ type: 'branch', messageId });
      }),
    );
  }
}
