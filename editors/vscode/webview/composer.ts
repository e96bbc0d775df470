// Where a question is written: chips above it, the field, and what decides how it is answered.

import type { Desk } from './desk';
import { chipItem } from './chip-list';
import { element, iconButton } from './element';
import type { PanelModel } from './panel-model';
import { Pickers } from './pickers';
import { Suggestions } from './suggestions';

/** What the field asks of the rest of the panel. */
export interface ComposerEvents {
  readonly changed: () => void;
  readonly editLast: () => void;
  readonly stop: () => void;
}

/** Kinds of a drop that VS Code's explorer, its tabs and a desktop bring. */
const URI_LISTS = ['application/vnd.code.uri-list', 'text/uri-list'];

export class Composer {
  readonly element: HTMLElement;
  readonly field: HTMLTextAreaElement;
  readonly suggestions: Suggestions;
  readonly #desk: Desk;
  readonly #events: ComposerEvents;
  readonly #chips: HTMLElement;
  readonly #pickers: Pickers;
  readonly #send: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  /** What the field held when it was sent, until the extension has said that it was asked. */
  #sent: string | undefined;

  constructor(desk: Desk, events: ComposerEvents) {
    const { say } = desk;
    this.#desk = desk;
    this.#events = events;
    this.field = element('textarea', {
      class: 'field',
      rows: 1,
      dir: 'auto',
      placeholder: say('composer.placeholder'),
      'aria-label': say('composer.label'),
    });
    this.suggestions = new Suggestions(desk, this.field);
    this.#pickers = new Pickers(desk);
    this.#chips = element('ul', { class: 'chips', 'aria-label': say('composer.chips') });
    this.#send = iconButton('send', say('composer.send'), () => {
      this.send();
    });
    this.#stop = iconButton('debug-stop', say('composer.stop'), events.stop, { hidden: true });
    this.element = element(
      'div',
      { class: 'composer', 'data-drop': say('composer.drop') },
      this.suggestions.element,
      element('div', { class: 'box' }, this.#chipRow(), this.field, this.#toolbar()),
      this.#pickers.reason,
    );
    this.#listen();
  }

  show(model: PanelModel): void {
    this.#pickers.show(model);
    const streaming = model.streaming() !== undefined;
    const hadFocus = [this.#send, this.#stop].some((one) => one === document.activeElement);
    this.#send.hidden = streaming;
    this.#stop.hidden = !streaming;
    if (hadFocus) (streaming ? this.#stop : this.#send).focus();
    this.#send.disabled = this.field.value.trim() === '';
  }

  showChips(model: PanelModel): void {
    this.#chips.replaceChildren(
      ...model.chips.map((chip) =>
        chipItem(this.#desk, chip, () => {
          this.#desk.post({ type: 'removeChip', id: chip.id });
          this.field.focus();
        }),
      ),
    );
    this.#chips.hidden = model.chips.length === 0;
  }

  /** Puts text into the field. */
  setDraft(text: string, focus: boolean): void {
    this.field.value = text;
    this.#send.disabled = text.trim() === '';
    if (focus) this.field.focus();
  }

  /**
   * Sends what is in the field, which stays there until it was asked: it goes as the question comes, in one
   * frame. A frame of its own would be painted before the message leaves the window.
   */
  send(): void {
    const text = this.field.value.trim();
    if (text === '' || this.#send.hidden || this.field.value === this.#sent) return;
    this.#sent = this.field.value;
    this.#desk.post({ type: 'send', text });
    this.field.focus();
    this.suggestions.close();
  }

  /** Takes what was sent out of the field. What was typed behind it since stays. */
  asked(): void {
    const sent = this.#sent;
    if (sent === undefined) return;
    this.#sent = undefined;
    const { value } = this.field;
    this.setDraft(value.startsWith(sent) ? value.slice(sent.length) : value, false);
    this.#events.changed();
  }

  /** Nothing that was sent is on its way any more: it can be sent again. */
  refused(): void {
    this.#sent = undefined;
  }

  #chipRow(): HTMLElement {
    const { say, post } = this.#desk;
    const preview = iconButton('eye', say('composer.preview'), () => {
      post({ type: 'preview', text: this.field.value });
    });
    const add = iconButton('add', say('composer.add'), () => {
      post({ type: 'addContext' });
    });
    return element('div', { class: 'chip-row' }, this.#chips, add, preview);
  }

  #toolbar(): HTMLElement {
    return element(
      'div',
      { class: 'composer-tools', role: 'toolbar', 'aria-label': this.#desk.say('composer.toolbar') },
      this.#pickers.mode,
      this.#pickers.model,
      this.#pickers.badge,
      element('span', { class: 'space' }),
      this.#stop,
      this.#send,
    );
  }

  #listen(): void {
    this.field.addEventListener('input', () => {
      this.#send.disabled = this.field.value.trim() === '';
      this.suggestions.update();
      this.#events.changed();
    });
    this.field.addEventListener('blur', () => {
      this.suggestions.close();
    });
    this.field.addEventListener('keydown', (event) => {
      this.#key(event);
    });
    this.element.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.element.classList.add('dropping');
    });
    this.element.addEventListener('dragleave', () => {
      this.element.classList.remove('dropping');
    });
    this.element.addEventListener('drop', (event) => {
      event.preventDefault();
      this.element.classList.remove('dropping');
      this.#drop(event.dataTransfer);
    });
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (this.suggestions.takes(event)) event.stopPropagation();
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === 'ArrowUp' && !event.altKey && this.field.value === '') {
      event.preventDefault();
      this.#events.editLast();
    }
  }

  #drop(data: DataTransfer | null): void {
    const lists = URI_LISTS.map((kind) => data?.getData(kind) ?? '');
    const uris = lists
      .join('\n')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
    if (uris.length > 0) this.#desk.post({ type: 'dropFiles', uris: [...new Set(uris)] });
  }
}
