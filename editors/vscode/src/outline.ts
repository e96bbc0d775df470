// The built-in outline answers from the code alone, where there is no model server: it
// is listed among the models, and is none.

import type { Model } from './lsp-ext';

export function isOutline({ backend }: Pick<Model, 'backend'>): boolean {
  return backend === 'outline';
}
