// What every part of the panel works with.

import type { ToHost } from '../src/panel-messages';
import type { FrameLoop } from './frames';
import type { Say } from './strings';

export interface Desk {
  readonly say: Say;
  readonly post: (message: ToHost) => void;
  readonly frames: FrameLoop;
  readonly locale: string;
}
