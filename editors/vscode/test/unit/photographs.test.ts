import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PNG } from 'pngjs';
import { compare } from '../photographs.mjs';

/** A grey picture with a white square of that size in it. */
function picture(width: number, height: number, square: number): Buffer {
  const image = new PNG({ width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shade = x < square && y < square ? 255 : 40;
      image.data.set([shade, shade, shade, 255], (y * width + x) * 4);
    }
  }
  return PNG.sync.write(image);
}

void test('what is different in a photograph counts', () => {
  const was = picture(100, 100, 0);
  assert.equal(compare(was, picture(100, 100, 0)).share, 0);
  const found = compare(was, picture(100, 100, 20));
  assert.equal(found.share, 0.04);
  assert.match(found.said, /4\.00 %/);
  assert.ok(found.difference);
});

void test('a photograph of another size is another picture', () => {
  assert.equal(compare(picture(100, 100, 0), picture(100, 90, 0)).share, 1);
});
