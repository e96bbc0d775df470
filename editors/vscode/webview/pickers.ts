// Where the next question is answered, by which model, and how what it sends is marked.

import type { Mode } from '../src/lsp-ext';
import type { Desk } from './desk';
import { element, icon } from './element';
import type { PanelModel } from './panel-model';

const MODES: readonly Mode[] = ['auto', 'local', 'cloud'];

export class Pickers {
  readonly mode: HTMLElement;
  readonly model: HTMLElement;
  readonly badge = element('span', { class: 'badge', hidden: true });
  readonly reason = element('div', { class: 'reason', hidden: true });
  readonly #desk: Desk;
  readonly #modes: HTMLSelectElement;
  readonly #models: HTMLSelectElement;
  #model: PanelModel | undefined;
  #shown = '';

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#modes = element('select', {
      'aria-label': desk.say('composer.mode'),
      title: desk.say('composer.mode'),
    });
    this.#models = element('select', {
      'aria-label': desk.say('composer.model'),
      title: desk.say('composer.model'),
    });
    this.#modes.addEventListener('change', () => {
      const mode = MODES.find((one) => one === this.#modes.value);
      if (!mode) return;
      if (this.#model) this.#model.mode = mode;
      desk.post({ type: 'pickMode', mode });
    });
    this.#models.addEventListener('change', () => {
      const model = this.#models.value;
      if (this.#model) this.#model.model = model;
      desk.post({ type: 'pickModel', model });
    });
    this.mode = element('span', { class: 'picker' }, this.#modes, icon('chevron-down'));
    this.model = element('span', { class: 'picker picker-model' }, this.#models, icon('chevron-down'));
  }

  /** Shows what can be picked, where that is something else than before: a list that is made anew is laid out anew. */
  show(model: PanelModel): void {
    const { marking, models, mode, model: picked, status } = model;
    const shown = JSON.stringify([marking, models, mode, picked, status.offline]);
    if (shown === this.#shown) return;
    this.#model = model;
    this.#shown = shown;
    this.#showLists(model);
    this.#showMarking(model);
  }

  #showLists(model: PanelModel): void {
    const { say } = this.#desk;
    const blocked = model.marking.blocksCloud !== undefined || model.status.offline;
    this.#modes.replaceChildren(
      ...MODES.map((mode) =>
        element('option', { value: mode, disabled: mode === 'cloud' && blocked }, say(`mode.${mode}`)),
      ),
    );
    this.#modes.value = blocked && model.mode === 'cloud' ? 'local' : model.mode;
    this.#models.replaceChildren(
      element('option', { value: '' }, say('model.any')),
      ...model.models.map((one) =>
        element('option', { value: one.id, disabled: blocked && one.tier !== 'local' }, one.label),
      ),
    );
    this.#models.value = model.model;
  }

  #showMarking(model: PanelModel): void {
    const { say } = this.#desk;
    const { blocksCloud, level } = model.marking;
    this.badge.hidden = level === 'UNCLASSIFIED';
    this.badge.dataset['level'] = level;
    this.badge.replaceChildren(icon('shield'), level);
    this.badge.title = say('marking.label', level);
    this.reason.hidden = blocksCloud === undefined;
    this.reason.textContent = blocksCloud === undefined ? '' : say('marking.blocks', blocksCloud);
  }
}
