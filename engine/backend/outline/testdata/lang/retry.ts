import { sleep } from "./time";

/** Retries an action. */
export async function retry<T>(action: () => Promise<T>, tries = 3): Promise<T> {
  for (let i = 0; i < tries; i++) {
    try {
      return await action();
    } catch (e) {
      if (i === tries - 1) throw e;
      await sleep(wait(i));
    }
  }
  throw new Error("no tries");
}

// How long to wait.
const wait = (i: number): number => Math.min(1000, 50 * 2 ** i);

export class Box<T> {
  private items: T[] = [];
  add(item: T): void {
    this.items.push(item);
  }
  get size() { return this.items.length; }
}
