// An answer: its thinking, its text, what was done for it, how it ended.

import type { Desk } from './desk';
import { button, element, icon, iconButton } from './element';
import { GrowingText } from './growing-text';
import { showHidden } from './hidden-characters';
import type { Turn } from './panel-model';
import { routeLine } from './route-line';

/** How long an answer that comes into view may take at once, before it goes on frame by frame; in milliseconds. */
const AT_ONCE = 8;

export class AnswerView {
  readonly element: HTMLElement;
  readonly #desk: Desk;
  readonly #turn: Turn;
  readonly #text: GrowingText;
  readonly #thinking: HTMLDetailsElement;
  readonly #thought = element('div', { class: 'thought', dir: 'auto' });
  readonly #steps = element('ul', { class: 'steps' });
  readonly #body = element('div', { class: 'text' });
  readonly #end = element('div', { class: 'end' });
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor(desk: Desk, turn: Turn) {
    this.#desk = desk;
    this.#turn = turn;
    this.#thinking = element('details', { class: 'thinking' }, element('summary'), this.#thought);
    this.element = element('div', { class: 'answer' }, this.#thinking, this.#steps, this.#body, this.#end);
    this.#steps.setAttribute('aria-label', desk.say('answer.steps'));
    this.#text = new GrowingText(this.#body, desk, {
      messageId: () => turn.answer.messageId,
      outcome: (index) => turn.answer.outcomes.get(index),
    });
    this.#thought.append(showHidden(turn.answer.thinking));
    for (const step of turn.answer.steps) this.#addStep(step);
    if (turn.answer.text !== '') this.#text.push(turn.answer.text);
    if (turn.answer.state !== 'streaming') this.#text.finish();
    this.#text.showNow(AT_ONCE);
    this.#showThinking();
    this.showEnd();
  }

  addText(text: string): void {
    this.#text.push(text);
    if (!this.element.classList.contains('writing')) this.#desk.frames.request(this.#begin);
    this.#stopClock();
  }

  addThinking(text: string): void {
    this.#thought.append(showHidden(text));
    this.#clock ??= setInterval(() => {
      this.#showThinking();
    }, 1000);
    if (!this.#thinking.hidden) return;
    this.#showThinking();
    this.showEnd();
  }

  addStep(): void {
    const step = this.#turn.answer.steps.at(-1);
    if (step) this.#addStep(step);
  }

  finish(): void {
    this.#text.finish();
    this.#stopClock();
    this.showEnd();
  }

  showOutcome(index: number): void {
    this.#text.blocks[index]?.showOutcome(this.#turn.answer.outcomes.get(index));
  }

  /** Shows which question a kept answer was made for, to who has just asked for it. */
  showMatch(): void {
    const here = this.#end.contains(document.activeElement);
    this.showEnd();
    if (here) this.#end.querySelector<HTMLElement>('.match')?.focus();
  }

  /** Shows again what stands under the text. */
  showEnd(): void {
    const { answer } = this.#turn;
    const streaming = answer.state === 'streaming';
    this.element.classList.toggle('writing', streaming && answer.text !== '');
    this.element.setAttribute('aria-busy', String(streaming));
    this.#end.replaceChildren(
      ...[
        streaming && answer.text === '' && answer.thinking === '' ? this.#waiting() : undefined,
        this.#ending(),
        routeLine(this.#desk, answer.facts, () => {
          this.#retry(true);
        }),
        streaming ? undefined : this.#toolbar(),
      ].filter((part) => part !== undefined),
    );
    if (answer.facts.cache) this.element.dataset['cache'] = answer.facts.cache.hit;
  }

  close(): void {
    this.#stopClock();
  }

  /**
   * The first word takes the place of what said that it is waited for. It does so in the frame of that word, in
   * which nothing is laid out twice for it, and leaves the rest of the end as it is.
   */
  readonly #begin = (): boolean => {
    if (this.#turn.answer.state !== 'streaming') return false;
    this.element.classList.add('writing');
    this.#end.querySelector('.waiting')?.remove();
    return false;
  };

  #waiting(): HTMLElement {
    return element(
      'div',
      { class: 'waiting' },
      this.#desk.say('answer.waiting'),
      element('span', { class: 'caret' }),
    );
  }

  #ending(): HTMLElement | undefined {
    const { say, post } = this.#desk;
    const { answer } = this.#turn;
    if (answer.state === 'stopped' || answer.state === 'interrupted') {
      return element('div', { class: 'note' }, icon('circle-slash'), say(`answer.${answer.state}`));
    }
    const { failure } = answer;
    if (!failure) return undefined;
    const { action } = failure;
    const act = () => {
      if (action?.command === 'retry') this.#retry(false);
      else if (action) post({ type: 'failureAction', command: action.command, messageId: this.#id() });
    };
    return element(
      'div',
      { class: 'failure' },
      icon('error'),
      element(
        'div',
        {},
        element('div', { class: 'failure-message', dir: 'auto' }, failure.message),
        action || failure.hint === ''
          ? undefined
          : element('div', { class: 'failure-hint', dir: 'auto' }, failure.hint),
        action ? button(action.label, act, { class: 'secondary', title: failure.hint }) : undefined,
      ),
    );
  }

  #toolbar(): HTMLElement {
    const { say, post } = this.#desk;
    const { answer } = this.#turn;
    const rate = (rating: 'good' | 'bad', name: string) => {
      const made = iconButton(name, say(`answer.${rating}`), () => {
        answer.rating = rating;
        post({ type: 'rate', messageId: answer.messageId, rating });
        this.showEnd();
        this.element
          .querySelector<HTMLElement>(`.tools [aria-label="${CSS.escape(say(`answer.${rating}`))}"]`)
          ?.focus();
      });
      made.setAttribute('aria-pressed', String(answer.rating === rating));
      return made;
    };
    return element(
      'div',
      { class: 'answer-tools tools', role: 'toolbar', 'aria-label': say('answer.actions') },
      iconButton('copy', say('answer.copy'), () => {
        post({ type: 'copy', text: answer.text });
      }),
      iconButton('refresh', say('answer.retry'), () => {
        this.#retry(true);
      }),
      ...(answer.messageId === '' ? [] : [rate('good', 'thumbsup'), rate('bad', 'thumbsdown')]),
    );
  }

  #retry(refresh: boolean): void {
    this.#desk.post({ type: 'retry', messageId: this.#id(), refresh });
  }

  #id(): string {
    return this.#turn.answer.messageId || this.#turn.question.messageId;
  }

  #addStep(step: Turn['answer']['steps'][number]): void {
    const failed = step.ok
      ? undefined
      : element('span', { class: 'failed' }, this.#desk.say('answer.stepFailed'));
    const detail = element('span', { class: 'step-detail', dir: 'auto' }, showHidden(step.detail));
    this.#steps.append(
      element('li', {}, icon(step.ok ? 'check' : 'error'), `${step.tool} `, detail, ' ', failed),
    );
  }

  #showThinking(): void {
    const { answer } = this.#turn;
    this.#thinking.hidden = answer.thinking === '';
    const summary = this.#thinking.firstElementChild;
    if (!summary || this.#thinking.hidden) return;
    const { say } = this.#desk;
    if (answer.thinkingFrom === undefined) summary.textContent = say('thinking.past');
    else {
      const from = answer.thinkingFrom;
      const took = Math.round(((answer.thinkingTo ?? performance.now()) - from) / 1000);
      summary.textContent = say(answer.thinkingTo === undefined ? 'thinking.now' : 'thinking.done', took);
    }
  }

  #stopClock(): void {
    if (this.#clock === undefined) return;
    clearInterval(this.#clock);
    this.#clock = undefined;
    this.#showThinking();
  }
}
