// One call of requestAnimationFrame for all that changed since the last: however many
// tokens arrive, the page is touched once a frame. An answer's first words lose nothing by
// it: what a message changes at once is painted in that same frame and no sooner.

/** How long one frame may work before the rest waits for the next; in milliseconds. */
const BUDGET = 6;

/** Does its work until `deadline` and says whether there is more. */
export type FrameJob = (deadline: number) => boolean;

export class FrameLoop {
  readonly #jobs = new Set<FrameJob>();
  readonly #after: () => void;
  #asked = false;

  /** `after` runs at the end of each frame, once the page has its new content. */
  constructor(after: () => void) {
    this.#after = after;
  }

  /** Has the job run in the next frame, and again until it has no more to do. */
  request(job: FrameJob): void {
    this.#jobs.add(job);
    this.#ask();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#run();
    });
  }

  #run(): void {
    this.#asked = false;
    const deadline = performance.now() + BUDGET;
    for (const job of [...this.#jobs]) {
      if (!job(deadline)) this.#jobs.delete(job);
    }
    this.#after();
    if (this.#jobs.size > 0) this.#ask();
  }
}
