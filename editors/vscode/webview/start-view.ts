// What is there before the first question: where to begin, or what is missing.

import type { Desk } from './desk';
import { button, element, icon } from './element';
import type { PanelModel } from './panel-model';

/** `ask` puts an example into the field. */
export function startView(desk: Desk, model: PanelModel, ask: (text: string) => void): HTMLElement {
  if (model.status.server === 'missing') return missingView(desk);
  return model.status.hasModel ? readyView(desk, model, ask) : noModelView(desk);
}

function missingView({ say, post }: Desk): HTMLElement {
  return element(
    'div',
    { class: 'start' },
    element('h2', {}, say('empty.missingTitle')),
    element('p', {}, say('empty.missing')),
    button(
      say('status.install'),
      () => {
        post({ type: 'failureAction', command: 'install' });
      },
      { class: 'primary' },
    ),
    button(
      say('empty.settings'),
      () => {
        post({ type: 'failureAction', command: 'settings' });
      },
      { class: 'secondary' },
    ),
  );
}

function noModelView({ say, post }: Desk): HTMLElement {
  return element(
    'div',
    { class: 'start' },
    element('h2', {}, say('empty.noModelTitle')),
    element('p', {}, say('empty.noModel')),
    button(
      say('empty.install'),
      () => {
        post({ type: 'install' });
      },
      { class: 'primary' },
    ),
    button(
      say('empty.outline'),
      () => {
        post({ type: 'tryOutline' });
      },
      { class: 'secondary' },
    ),
  );
}

function readyView({ say }: Desk, model: PanelModel, ask: (text: string) => void): HTMLElement {
  const list = element('ul', { class: 'examples', 'aria-label': say('empty.examples') });
  for (const example of model.examples.slice(0, 3)) {
    const choose = button(
      '',
      () => {
        ask(example);
      },
      { class: 'example' },
    );
    choose.append(icon('comment'), element('span', { dir: 'auto' }, example));
    list.append(element('li', {}, choose));
  }
  return element(
    'div',
    { class: 'start' },
    element('h2', {}, say('empty.title')),
    element('p', {}, say('empty.ready')),
    model.examples.length > 0 ? list : undefined,
  );
}
