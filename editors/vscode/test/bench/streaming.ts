// What the measurements of the panel share: an answer streamed into it as fast as no
// model is, and the processor's time that the page takes meanwhile.

import type { CDPSession, Page } from 'playwright-core';

import { answerText } from '../panel/samples';

/** Tokens a frame, 300 a second: more than most models give. */
export const PER_FRAME = 5;

declare global {
  interface Window {
    rawFrame: typeof requestAnimationFrame;
  }
}

/** An answer of many tokens: prose, lists, tables and code, as models write. */
export function tokens(count: number): string[] {
  const pieces = answerText.match(/\s*\S{1,4}/g) ?? [];
  return Array.from({ length: count }, (_, at) => {
    const piece = pieces[at % pieces.length] ?? '';
    return at % pieces.length === 0 && at > 0 ? `\n\n${piece}` : piece;
  });
}

/** Streams a part of the answer to request 1; milliseconds of the panel's code in each frame. */
export function streamPart(page: Page, part: readonly string[]): Promise<number[]> {
  return page.evaluate(
    async ({ part, each }) => {
      const frame = () => new Promise((done) => window.rawFrame(done));
      const frames: number[] = [];
      for (let at = 0; at < part.length; at += each) {
        for (const text of part.slice(at, at + each)) {
          window.dispatchEvent(new MessageEvent('message', { data: { type: 'text', request: 1, text } }));
        }
        await frame();
        frames.push(window.probe.take());
      }
      return frames;
    },
    { part, each: PER_FRAME },
  );
}

/** Opens a page's clock: the thread's own time, in which nothing is that else the machine does. */
export async function openClock(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

/** The processor's time the page has taken, in milliseconds: all scripts, styles, layout. */
export async function spent(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
  return metrics.reduce((sum, { name, value }) => sum + (of.includes(name) ? value * 1000 : 0), 0);
}
