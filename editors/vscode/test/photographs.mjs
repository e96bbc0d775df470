// Photographs that are held against how the same looked before. Fonts come from
// fonts.conf, and what changes from run to run the caller keeps out; what is left of a difference
// between two builds of Chromium is a few pixels at the edges of letters.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

/** How different a pixel's colour has to be to count, from 0 to 1. */
const COLOUR = 0.15;
/** The share of the pixels that may differ. */
const SHARE = 0.005;
/** How long a photograph may take to look as it should: something may still be on its way. In milliseconds. */
const PATIENCE = 15_000;

/** The environment that Chromium is to be started with. */
export const environment = {
  ...process.env,
  FONTCONFIG_FILE: join(import.meta.dirname, 'fonts.conf'),
};

/**
 * Takes photographs until one looks like the one of that name in the folder `references`, and rejects where
 * none does; the last one and what is different in it are then in the folder `artefacts`. With UPDATE=1 the
 * photograph becomes the new reference, once two that follow each other are the same.
 */
export async function looksAsBefore(name, take, { references, artefacts }) {
  const reference = join(references, `${name}.png`);
  const update = process.env.UPDATE === '1';
  const until = Date.now() + PATIENCE;
  let before;
  for (;;) {
    const photograph = await take();
    if (update && before?.equals(photograph)) {
      mkdirSync(references, { recursive: true });
      writeFileSync(reference, photograph);
      return 'renewed';
    }
    const found = update ? undefined : compare(readFileSync(reference), photograph);
    if (found && found.share <= SHARE) return `${(found.share * 100).toFixed(2)} % differs`;
    if (Date.now() > until) {
      mkdirSync(artefacts, { recursive: true });
      writeFileSync(join(artefacts, `${name}.png`), photograph);
      if (found?.difference) writeFileSync(join(artefacts, `${name}-difference.png`), found.difference);
      throw new Error(`${name} ${found?.said ?? 'never looks the same twice'}: see ${artefacts}`);
    }
    before = photograph;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** How different two photographs are, the difference as a picture where they are of one size. */
export function compare(reference, photograph) {
  const [was, is] = [PNG.sync.read(reference), PNG.sync.read(photograph)];
  const { width, height } = was;
  if (width !== is.width || height !== is.height) {
    return { share: 1, said: `is ${is.width} × ${is.height} pixels, not ${width} × ${height}` };
  }
  const difference = new PNG({ width, height });
  const count = pixelmatch(was.data, is.data, difference.data, width, height, { threshold: COLOUR });
  const share = count / (width * height);
  const said = `looks different in ${(share * 100).toFixed(2)} % of its pixels`;
  return { share, said, difference: PNG.sync.write(difference) };
}
