// Each state of the drawing: photographed in every theme, held against where its parts
// stood before, and looked through by axe.
//
// The photographs are for people (test/artefacts). What is compared of each state is where
// its parts stand, from test/panel/references.json, and of a few how they look, from
// test/panel/references; UPDATE=1 writes both anew.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright-core';

import { launchChromium } from '../chromium';
import { looksAsBefore } from '../photographs.mjs';
import { PanelPage } from './harness';
import { states, type State } from './states';
import { themes, type Theme } from './themes';

type Box = [x: number, y: number, width: number, height: number];
type Regions = Record<string, Box>;

const REFERENCES = 'test/panel/references.json';
const ARTEFACTS = 'test/artefacts/panel';
/** Whose looks are compared, each with a theme. */
const LOOKS: readonly string[] = [
  'empty-dark',
  'answered-dark',
  'answered-light',
  'answered-hc-dark',
  'error-hc-light',
  'narrow-light',
];
/** How far a part may stand from where it stood, in pixels: fonts differ by so much. */
const TOLERANCE = 12;
const PARTS = [
  '.banner',
  '.log',
  '.start',
  '.composer',
  '.question',
  '.answer',
  '.thinking',
  '.steps',
  '.code',
  '.table',
  '.route',
  '.failure',
  '.note',
  '.jump',
  '.badge',
  '.reason',
  '.suggestions',
  '.conversation',
  '.outcome',
  '.edit',
]; // the first of each that shows

const references = JSON.parse(readFileSync(REFERENCES, 'utf8')) as Record<string, Regions>;
const measured: Record<string, Regions> = {};
let browser: Browser;

before(async () => {
  mkdirSync(ARTEFACTS, { recursive: true });
  browser = await launchChromium();
});

after(async () => {
  await browser.close();
  if (process.env['UPDATE'] === '1') {
    const lines = Object.entries({ ...references, ...measured }).map(([name, regions]) => {
      const parts = Object.entries(regions).map(([part, box]) => `    "${part}": [${box.join(', ')}]`);
      return `  "${name}": {\n${parts.join(',\n')}\n  }`;
    });
    writeFileSync(REFERENCES, `{\n${lines.join(',\n')}\n}\n`);
  }
});

for (const state of states) {
  test(`state ${state.name}`, async () => {
    const panel = await PanelPage.open(browser, {
      width: state.width ?? 400,
      height: state.height ?? 720,
      rtl: state.rtl ?? false,
    });
    try {
      await panel.tell(...state.messages);
      await panel.settle();
      await state.act?.(panel);
      await panel.settle();
      await compare(panel, state);
      for (const theme of Object.keys(themes) as Theme[]) await look(panel, state, theme);
      assert.deepEqual([panel.errors, panel.strays], [[], []]);
    } finally {
      await panel.close();
    }
  });
}

async function compare(panel: PanelPage, state: State): Promise<void> {
  const regions = await panel.page.evaluate(regionsOf, PARTS);
  measured[state.name] = regions;
  if (process.env['UPDATE'] === '1') return;
  const want = references[state.name] ?? {};
  assert.deepEqual(Object.keys(regions), Object.keys(want), 'the parts that show');
  for (const [part, box] of Object.entries(regions)) {
    const off = box.map((value, index) => Math.abs(value - (want[part]?.[index] ?? 0)));
    const allowed = Math.max(TOLERANCE, box[3] * 0.06);
    assert.ok(
      Math.max(...off) <= allowed,
      `${part} stands at ${box.join(' ')}, not ${String(want[part]?.join(' '))}`,
    );
  }
}

function regionsOf(parts: readonly string[]): Regions {
  const found: Regions = {};
  for (const part of parts) {
    const box = Array.from(document.querySelectorAll(part), (node) => node.getBoundingClientRect()).find(
      ({ top, bottom, width, height }) => width > 0 && height > 0 && bottom > 0 && top < window.innerHeight,
    );
    if (!box) continue;
    found[part] = [Math.round(box.x), Math.round(box.y), Math.round(box.width), Math.round(box.height)];
  }
  return found;
}

async function look(panel: PanelPage, state: State, theme: Theme): Promise<void> {
  await panel.wear(theme);
  const name = `${state.name}-${theme}`;
  const photograph = () => panel.page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
  if (LOOKS.includes(name)) {
    await looksAsBefore(name, photograph, { references: 'test/panel/references', artefacts: ARTEFACTS });
  } else await photograph();
  const axe = new AxeBuilder({ page: panel.page }).setLegacyMode();
  // What does not depend on colours is the same in every theme.
  if (theme !== 'dark') axe.withRules(['color-contrast']);
  const { violations } = await axe.analyze();
  const said = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${theme}: ${id}: ${node.html} ${node.failureSummary ?? ''}`),
  );
  assert.deepEqual(said, []);
  const wider = await panel.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wider <= 0, `wider than the view by ${wider} px`);
}
