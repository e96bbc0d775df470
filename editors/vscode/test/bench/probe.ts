// Runs in the panel's page before the panel: puts a clock around every way its code is
// called, so that what is counted is all of it, layout it forces included.

export interface Probe {
  /** Milliseconds of the panel's code since it was read last, and sets it to zero. */
  readonly take: () => number;
  /** The same for work it does when the page is idle; in pieces. */
  readonly takeIdle: () => number[];
}

declare global {
  interface Window {
    probe: Probe;
  }
}

/** Handed to the page as source: it uses nothing from outside. */
export function installProbe(): void {
  let spent = 0;
  let depth = 0;
  let idle: number[] = [];
  const clocked =
    <A extends unknown[], R>(call: (...given: A) => R, count: (ms: number) => void) =>
    (...given: A): R => {
      const from = performance.now();
      depth++;
      try {
        return call(...given);
      } finally {
        depth--;
        if (depth === 0) count(performance.now() - from);
      }
    };
  const busy = (ms: number) => (spent += ms);
  const raf = window.requestAnimationFrame.bind(window);
  const ric = window.requestIdleCallback.bind(window);
  const timeout = window.setTimeout.bind(window);
  const interval = window.setInterval.bind(window);
  const Observer = window.IntersectionObserver;
  const dispatch = window.dispatchEvent.bind(window);
  Object.assign(window, {
    rawFrame: raf,
    requestAnimationFrame: (call: FrameRequestCallback) => raf(clocked(call, busy)),
    requestIdleCallback: (call: IdleRequestCallback, options?: IdleRequestOptions) =>
      ric(
        clocked(call, (ms) => idle.push(ms)),
        options,
      ),
    setTimeout: (call: () => void, ms?: number) => timeout(clocked(call, busy), ms),
    setInterval: (call: () => void, ms?: number) => interval(clocked(call, busy), ms),
    dispatchEvent: clocked((event: Event) => dispatch(event), busy),
    IntersectionObserver: class extends Observer {
      constructor(call: IntersectionObserverCallback, options?: IntersectionObserverInit) {
        super(clocked(call, busy), options);
      }
    },
    probe: {
      take: () => {
        const taken = spent;
        spent = 0;
        return taken;
      },
      takeIdle: () => {
        const taken = idle;
        idle = [];
        return taken;
      },
    },
  });
}
