// A question with its answer, which is only there while it is near the view: far from
// it the turn is an empty box of the height it had.

import { AnswerView } from './answer-view';
import type { Desk } from './desk';
import { element } from './element';
import type { Turn } from './panel-model';
import { QuestionView } from './question-view';

export class TurnView {
  readonly element: HTMLElement;
  readonly turn: Turn;
  readonly #desk: Desk;
  #question: QuestionView | undefined;
  #answer: AnswerView | undefined;

  constructor(desk: Desk, turn: Turn) {
    this.#desk = desk;
    this.turn = turn;
    this.element = element('article', {
      class: 'turn',
      tabindex: -1,
      'aria-label': desk.say('answer.label'),
    });
    this.#setHeight(estimate(turn));
  }

  /** The answer's view, undefined while the turn is an empty box. */
  get answer(): AnswerView | undefined {
    return this.#answer;
  }

  build(): void {
    if (this.#answer) return;
    this.#setHeight(undefined);
    this.#question = this.turn.question.text === '' ? undefined : new QuestionView(this.#desk, this.turn);
    this.#answer = new AnswerView(this.#desk, this.turn);
    if (this.#question) this.element.append(this.#question.element);
    this.element.append(this.#answer.element);
  }

  /** Empties the turn, unless someone is in it or it is being written. */
  empty(): void {
    const busy = this.turn.answer.state === 'streaming' || this.element.contains(document.activeElement);
    if (!this.#answer || busy || this.element.querySelector('textarea')) return;
    this.#setHeight(this.element.getBoundingClientRect().height);
    this.discard();
  }

  /** Lets go of all it holds. */
  discard(): void {
    this.#answer?.close();
    this.#answer = this.#question = undefined;
    this.element.replaceChildren();
  }

  edit(): void {
    this.build();
    this.#question?.edit();
  }

  #setHeight(pixels: number | undefined): void {
    this.element.style.height = pixels === undefined ? '' : `${pixels}px`;
  }
}

/** About how high a turn will be, in pixels: it only has to keep the scroll bar honest. */
function estimate({ question, answer }: Turn): number {
  return 110 + Math.ceil((question.text.length + answer.text.length) / 60) * 20;
}
