// The conversation: turns from top to bottom, of which those near the view are built.

import type { PanelState } from '../src/panel-messages';
import type { Desk } from './desk';
import { element, icon } from './element';
import type { Turn } from './panel-model';
import { TurnView } from './turn-view';

/** How near the end counts as at the end, in pixels. */
const END = 32;
/** How far from the view turns are kept built: quick scrolling does not reach what is empty. */
const NEAR = '2000px 0px';

export class LogView {
  readonly element: HTMLElement;
  readonly jump: HTMLButtonElement;
  readonly #desk: Desk;
  readonly #moved: () => void;
  readonly #observer: IntersectionObserver;
  readonly #views = new Map<Element, TurnView>();
  #following = true;
  #top = 0;

  /** `moved` is called when someone scrolled. */
  constructor(desk: Desk, moved: () => void) {
    this.#desk = desk;
    this.#moved = moved;
    this.element = element('div', {
      class: 'log',
      role: 'log',
      'aria-live': 'off', // the announcer speaks, by the sentence
      'aria-label': desk.say('conversation.label'),
      tabindex: 0,
    });
    this.jump = element(
      'button',
      { type: 'button', class: 'jump', hidden: true },
      icon('arrow-down'),
      desk.say('log.jump'),
    );
    this.jump.addEventListener('click', () => {
      this.toEnd();
    });
    this.element.addEventListener(
      'scroll',
      () => {
        this.#scrolled();
      },
      { passive: true },
    );
    this.#observer = new IntersectionObserver(
      (entries) => {
        this.#build(entries);
      },
      { root: this.element, rootMargin: NEAR },
    );
  }

  /** Shows turns in place of what was shown. */
  show(turns: readonly Turn[]): void {
    for (const [node, view] of this.#views) {
      this.#observer.unobserve(node);
      view.discard();
    }
    this.#views.clear();
    this.element.replaceChildren();
    for (const turn of turns) this.#add(turn);
    this.toEnd();
  }

  /** Adds a turn that was just asked, after letting go of those that are gone. */
  add(turn: Turn, turns: readonly Turn[]): void {
    for (const [node, view] of this.#views) {
      if (turns.includes(view.turn)) continue;
      this.#observer.unobserve(node);
      this.#views.delete(node);
      view.discard();
      node.remove();
    }
    this.#add(turn).build();
    this.toEnd();
  }

  /** The view of a turn. */
  of(turn: Turn): TurnView | undefined {
    const last = this.element.lastElementChild;
    const latest = last ? this.#views.get(last) : undefined;
    if (latest?.turn === turn) return latest;
    return [...this.#views.values()].find((view) => view.turn === turn);
  }

  /** At the end of a frame: stays at the end where it was there. */
  follow(): void {
    if (this.#following) this.element.scrollTop = 1e9;
    this.jump.hidden = this.#following;
  }

  toEnd(): void {
    this.#following = true;
    this.follow();
  }

  /** Moves the focus an answer up or down. */
  walk(step: 1 | -1): void {
    const views = [...this.#views.keys()];
    const at = views.findIndex((node) => node.contains(document.activeElement));
    const next = at < 0 ? (step < 0 ? views.length - 1 : 0) : at + step;
    const node = views[Math.max(0, Math.min(next, views.length - 1))];
    if (!(node instanceof HTMLElement)) return;
    this.#views.get(node)?.build();
    this.#following = false;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: 'start' });
  }

  /** Where the view stands, to come back to; undefined at the end. */
  anchor(): PanelState['anchor'] {
    if (this.#following) return undefined;
    const nodes = [...this.#views.keys()].filter((node) => node instanceof HTMLElement);
    const turn = nodes.findIndex((node) => node.offsetTop + node.offsetHeight > this.element.scrollTop);
    const node = nodes[turn];
    return node && { turn, offset: this.element.scrollTop - node.offsetTop };
  }

  goTo(anchor: NonNullable<PanelState['anchor']>): void {
    const node = [...this.#views.keys()][anchor.turn];
    if (!(node instanceof HTMLElement)) return;
    this.#views.get(node)?.build();
    this.#following = false;
    this.element.scrollTop = node.offsetTop + anchor.offset;
    this.follow();
  }

  #add(turn: Turn): TurnView {
    const view = new TurnView(this.#desk, turn);
    this.#views.set(view.element, view);
    this.element.append(view.element);
    this.#observer.observe(view.element);
    return view;
  }

  #build(entries: readonly IntersectionObserverEntry[]): void {
    // A panel that is hidden has no size: nothing is near, yet nothing was left either.
    if (this.element.clientHeight === 0) return;
    for (const entry of entries) {
      const view = this.#views.get(entry.target);
      if (entry.isIntersecting) view?.build();
      else view?.empty();
    }
    if (this.#following) this.follow();
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    if (scrollHeight - scrollTop - clientHeight < END) this.#following = true;
    else if (scrollTop < this.#top) this.#following = false;
    this.#top = scrollTop;
    this.jump.hidden = this.#following;
    this.#moved();
  }
}
