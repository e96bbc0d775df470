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
      if (mode) desk.post({ type: 'pickMode', mode });
    });
    this.#models.addEventListener('change', () => {
      desk.post({ type: 'pickModel', model: this.#models.value });
    });
    this.mode = element('span', { class: 'picker' }, this.#modes, icon('chevron-down'));
    this.model = element('span', { class: 'picker picker-model' }, this.#models, icon('chevron-down'));
  }

  show(model: PanelModel): void {
    const { say } = this.#desk;
    const { blocksCloud, level } = model.marking;
    const blocked = blocksCloud !== undefined || model.status.offline;
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
    this.badge.hidden = level === 'UNCLASSIFIED';
    this.badge.dataset['level'] = level;
    this.badge.replaceChildren(icon('shield'), level);
    this.badge.title = say('marking.label', level);
    this.reason.hidden = blocksCloud === undefined;
    this.reason.textContent = blocksCloud === undefined ? '' : say('marking.blocks', blocksCloud);
  }
}
