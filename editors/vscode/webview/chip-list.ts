// Chips: pieces of context, of the next question or of one that was sent.

import type { ContextKind } from '../src/lsp-ext';
import type { Chip } from '../src/panel-messages';
import type { Desk } from './desk';
import { element, icon, iconButton } from './element';

const icons: Readonly<Record<ContextKind, string>> = {
  selection: 'list-selection',
  file: 'file',
  diagnostics: 'warning',
  symbol: 'symbol-method',
  git: 'source-control',
  search: 'search',
  text: 'note',
};

/** A chip: its name leads to what it stands for, its cross (where there is `remove`) takes it away. */
export function chipItem(desk: Desk, chip: Chip, remove?: () => void): HTMLElement {
  const name = [icon(icons[chip.kind]), element('span', { class: 'chip-name', dir: 'auto' }, chip.label)];
  const item = element('li', { class: 'chip', title: chip.title });
  const { reveal } = chip;
  if (reveal) {
    const open = element('button', { type: 'button', class: 'chip-open' }, ...name);
    open.addEventListener('click', () => {
      desk.post({ type: 'reveal', place: reveal });
    });
    item.append(open);
  } else item.append(...name);
  if (remove) item.append(iconButton('close', desk.say('composer.remove', chip.label), remove));
  return item;
}
