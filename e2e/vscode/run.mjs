// The extension in a real VS Code, its server behind it and a scripted model
// server behind that. Each step prints one line; the first that fails ends the run.
//
//   node e2e/vscode/run.mjs CACHE VSIX ARTEFACTS
//
// How the panel looks is compared with e2e/vscode/references; UPDATE=1 writes those anew.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { looksAsBefore } from '../../editors/vscode/test/photographs.mjs';
import { panelOf, startEditor, writeSettings } from './editor.mjs';
import { startLlamaServer } from './llama-server.mjs';
import { startModelServer } from './model-server.mjs';
import { locale, translate } from './pseudo.mjs';

const [cache, vsix, artefacts] = process.argv.slice(2);
mkdirSync(artefacts, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'rigrun-vscode-'));

let seen;
const drawn = new Promise((resolve) => {
  seen = () => resolve('');
});

const words = (text) => text.match(/\S+\s*/g);
const script = [
  {
    word: 'count',
    pieces: Array.from({ length: 600 }, (_, i) => `${i + 1} `),
    pause: 20,
  },
  {
    word: 'helped',
    pieces: ['This one ', 'was.'],
  },
  {
    word: 'checked',
    pieces: words(
      'Say when b is 0:\n\n```go\n// Divide returns a over b, and 0 where b is 0.\nfunc Divide(a, b int) int {\n\tif b == 0 {\n\t\treturn 0\n\t}\n\treturn a / b\n}\n```\n',
    ),
  },
  {
    word: 'first word',
    pieces: (question) => [question.match(/Round\d+/g).at(-1), ' it ', 'is.'],
    before: 100,
    pause: 100, // Chromium tells no paint of what has gone by then: the end of an answer is rendered anew
  },
  {
    word: 'rename',
    pieces: [
      ...words('```go\n// Add returns the sum of its arguments.\nfunc Add(x, y int) int {\n\t'),
      () => drawn, // the rest comes when this is seen in the diff
      ...words('return x + y\n}\n```\n'),
    ],
  },
  {
    word: '',
    pieces: words(
      '`Add` returns the **sum** of its two arguments.\n\n- it does not look for an overflow\n- it has no side effect\n\n```go\nfunc Add(a, b int) int {\n\treturn a + b\n}\n```\n\nNothing else happens.\n',
    ),
    pause: 60,
  },
];

const model = await startModelServer(script);
const settings = {
  'rigrun.local.kind': 'openai',
  'rigrun.local.url': model.url,
  'rigrun.cache.enabled': false, // each question is to reach the model server
  'workbench.colorTheme': 'Default Dark Modern',
};
const workspace = join(import.meta.dirname, 'testdata/workspace');
const other = join(import.meta.dirname, 'testdata/helper');
let editor;
let llama;
let failed = false;
try {
  editor = await startEditor({ cache, vsix, other, scratch, settings, workspace });
  for (const [name, run] of steps(editor.page)) await step(name, run);
} catch (error) {
  failed = true;
  console.error(error);
  await editor?.page.screenshot({ path: join(artefacts, 'failed.png') });
  console.error(extensionLog(join(scratch, 'data/logs')));
} finally {
  await editor?.close();
  await llama?.close();
  model.close();
  if (!process.env.KEEP) rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(failed ? 1 : 0);

/** What the extension's log says of the last window. */
function extensionLog(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('rigrun.log'));
  return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

async function step(name, run) {
  const begin = Date.now();
  const said = await Promise.race([run(), tooLong(120_000)]);
  console.log(`ok ${name} (${Date.now() - begin} ms)${said === undefined ? '' : `: ${said}`}`);
}

/** The paths of the programs that run. */
function programs() {
  return readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? [readlinkSync(join('/proc', name, 'exe'))] : [];
    } catch {
      return []; // it has ended, or is another user's
    }
  });
}

/** Rejects after that time, for what nothing else ends. */
function tooLong(milliseconds) {
  return new Promise((_, reject) => {
    setTimeout(reject, milliseconds, new Error(`not done in ${milliseconds} ms`)).unref();
  });
}

/**
 * Runs in the panel's page: resolved with when a key was pressed, when the panel was told the word, and when
 * its pixels were presented. That is Chromium's own word for it, from its Element Timing: neither the change
 * of the page nor the next call of requestAnimationFrame is it; the one is before the frame is laid out,
 * painted and drawn, the other a whole frame after it began. All in milliseconds since 1970.
 */
function watchForWord(word) {
  return new Promise((resolve) => {
    const { timeOrigin } = performance;
    let pressed = 0;
    let told = 0;
    const press = ({ timeStamp }) => (pressed ||= timeOrigin + timeStamp);
    addEventListener('keydown', press, { capture: true, once: true });
    const hear = ({ data }) => {
      if (data?.type === 'text' && data.text.includes(word)) told ||= timeOrigin + performance.now();
    };
    addEventListener('message', hear, { capture: true });
    // A change is seen before its frame is painted, in time to say that the paint is to be told.
    const changes = new MutationObserver(() => {
      const text = [...document.querySelectorAll('.answer .text')].at(-1);
      for (const part of text?.querySelectorAll('p') ?? []) {
        if (part.textContent.includes(word)) part.setAttribute('elementtiming', word);
      }
    });
    changes.observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    const paints = new PerformanceObserver((list) => {
      const paint = list.getEntries().find(({ identifier }) => identifier === word);
      if (paint === undefined) return;
      changes.disconnect();
      paints.disconnect();
      removeEventListener('message', hear, { capture: true });
      resolve({ pressed, told, seen: timeOrigin + paint.renderTime });
    });
    paints.observe({ type: 'element' });
  });
}

/** Runs in the panel's page: times and speeds become the same in every run. */
function stopClocks() {
  const put = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  for (const meta of document.querySelectorAll('.question .meta')) put(meta, 'you · 12:02 PM');
  for (const part of document.querySelectorAll('.route-part')) {
    if (part.textContent.endsWith(' tok/s')) put(part, '42 tok/s');
    if (/\d m?s$/.test(part.textContent)) put(part, '2.3 s');
  }
}

function steps(page) {
  const shot = (name) => page.screenshot({ path: join(artefacts, `${name}.png`) });
  let panel;

  async function openFile(name) {
    await page.keyboard.press('Control+P');
    await page.locator('.quick-input-widget input').first().fill(name);
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first().click();
    await page.locator('.tab.active').filter({ hasText: name }).waitFor();
    await page.locator('.monaco-editor .view-line').first().waitFor();
  }

  async function select(line, downs) {
    await page.locator('.monaco-editor').first().click();
    await page.keyboard.press('Control+G');
    await page.locator('.quick-input-widget input').first().fill(`:${line}`);
    await page.keyboard.press('Enter');
    for (let i = 0; i < downs; i += 1) await page.keyboard.press('Shift+ArrowDown');
  }

  /** Changes settings as a person does, who writes their file. */
  function change(more) {
    Object.assign(settings, more);
    writeSettings(editor.data, settings);
  }

  /** How long a word takes from the key to the screen, less what the model server takes itself. */
  async function firstWord(round) {
    const word = `Round${round}`;
    const shown = panel.evaluate(watchForWord, word);
    const field = panel.locator('.composer .field');
    await field.fill(`give me the first word of ${word}`);
    await page.waitForTimeout(300); // nobody asks the moment an answer ends
    await field.press('Enter');
    const { pressed, told, seen } = await shown;
    await answered();
    const { received, firstToken } = model.asked.at(-1);
    return {
      asking: received - pressed,
      telling: told - firstToken,
      drawing: seen - told,
    };
  }

  /** Holds the panel against how it looked. */
  async function panelLooksAsBefore(name) {
    await page.mouse.move(700, 60); // over nothing that answers to it
    const take = async () => {
      await panel.evaluate(stopClocks);
      const clip = await page.locator('iframe.webview.ready:visible').first().boundingBox();
      return page.screenshot({ clip });
    };
    const references = join(import.meta.dirname, 'references');
    return `${name}: ${await looksAsBefore(name, take, { references, artefacts })}`;
  }

  /** Runs one of our commands as a person does who knows its name. */
  async function command(title) {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').first().fill(`>rigrun: ${title}`);
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
  }

  const answers = () => panel.locator('.answer');
  const lastAnswer = () => answers().last();
  const answered = () => lastAnswer().and(panel.locator('[aria-busy="false"]')).waitFor();
  async function ask(text) {
    const field = panel.locator('.composer .field');
    await field.click();
    await field.fill(text);
    await page.keyboard.press('Enter');
  }

  return [
    [
      'the first start shows how it goes',
      async () => {
        await page.locator('.gettingStartedContainer').getByText('Ask about what you read').first().waitFor();
        await page.waitForTimeout(700);
        await shot('walkthrough');
        await page.keyboard.press('Control+F4');
      },
    ],
    [
      'a file is opened and a function selected',
      async () => {
        await openFile('add.go');
        await select(3, 4);
      },
    ],
    [
      'the selection is explained, word by word',
      async () => {
        await page.keyboard.press('Control+Alt+E');
        panel = await panelOf(page);
        await lastAnswer().locator('.text').filter({ hasText: 'sum' }).waitFor({ timeout: 30_000 });
        await lastAnswer().locator('.text').filter({ hasText: 'Nothing else happens' }).waitFor();
        assert.match(model.asked.at(-1).question, /return a \+ b/);
        await page.waitForTimeout(500);
        await shot('explained-dark');
      },
    ],
    [
      'the server is the one inside the package',
      async () => {
        const servers = programs().filter((path) => path.endsWith('rigrun-lsp'));
        const inside = servers.filter((path) => path.startsWith(join(scratch, 'extensions/')));
        assert.equal(inside.length, 1, `these run: ${servers.join(', ')}`);
        return basename(vsix);
      },
    ],
    [
      'a long answer is stopped',
      async () => {
        await ask('count for me');
        await lastAnswer().locator('.text').filter({ hasText: '5 6 7' }).waitFor();
        const early = (await lastAnswer().innerText()).length;
        await page.waitForTimeout(500);
        assert.ok(early < (await lastAnswer().innerText()).length, 'the answer does not grow');
        await page.keyboard.press('Escape');
        await lastAnswer().locator('.note').waitFor();
        await page.waitForTimeout(300);
        assert.ok(model.asked.at(-1).closed, 'the model server was not told');
        assert.ok(model.asked.at(-1).pieces < 600);
        // What is kept of it can be rated: the server has told its name.
        await lastAnswer().getByRole('button', { name: 'good answer' }).waitFor({ state: 'attached' });
      },
    ],
    [
      'the window is reloaded and the conversation is there',
      async () => {
        await page.reload();
        await page.waitForSelector('.monaco-workbench .activitybar');
        panel = await panelOf(page);
        await panel
          .locator('.answer')
          .filter({ hasText: 'Nothing else happens' })
          .first()
          .waitFor({ timeout: 15_000 });
      },
    ],
    [
      'what follows a stopped first answer goes on with it',
      async () => {
        await page.locator('[aria-label="New conversation"]').first().click();
        await panel.locator('.start').waitFor();
        await ask('count for me');
        await lastAnswer().locator('.text').filter({ hasText: '5 6 7' }).waitFor();
        await page.keyboard.press('Escape');
        await lastAnswer().locator('.note').waitFor();
        await ask('what were those numbers');
        await lastAnswer().locator('.text').filter({ hasText: 'Nothing else happens' }).waitFor();
        const said = model.asked.at(-1).said.join('\n');
        assert.match(said, /count for me/);
        assert.match(said, /5 6 7/);
      },
    ],
    [
      'a panel out of sight goes on',
      async () => {
        const before = await answers().count();
        await ask('what does Add do');
        await lastAnswer().locator('.text').filter({ hasText: 'sum' }).waitFor();
        await page.keyboard.press('Control+Shift+E');
        await page.locator('.explorer-folders-view').first().waitFor();
        await page.waitForTimeout(500);
        await page.keyboard.press('Control+Alt+R');
        await lastAnswer().locator('.text').filter({ hasText: 'Nothing else happens' }).waitFor();
        await answered();
        assert.equal(await answers().count(), before + 1);
      },
    ],
    [
      'another extension asks one of the models',
      async () => {
        await page.keyboard.press('F1');
        await page.locator('.quick-input-widget input').first().fill('>Ask a model of rigrun');
        await page.locator('.quick-input-list .monaco-list-row').first().click();
        const said = page.locator('.statusbar-item').filter({ hasText: /helper(:.*was\.| failed)/ });
        await said.waitFor({ timeout: 30_000 });
        const text = await said.innerText();
        assert.match(text, /2 models, 3 tokens: This one was\./);
        const { said: told } = model.asked.at(-1);
        assert.match(told.at(-1), /assistant: Gladly\.[^]*Which one was helped\?/);
        return text;
      },
    ],
    [
      'the conversation is found by its words',
      async () => {
        await page.locator('[aria-label="Conversations"]').first().click();
        const search = panel.locator('.conversations input').first();
        await search.waitFor();
        await search.fill('overflow');
        await panel.locator('.conversations').filter({ hasText: 'overflow' }).first().waitFor();
        await shot('conversations');
        await search.press('Escape');
      },
    ],
    [
      'an answer becomes an edit, taken in the diff',
      async () => {
        await page.keyboard.press('Control+1');
        await select(8, 4);
        await ask('make it checked');
        await lastAnswer().locator('.code').waitFor();
        await answered();
        await lastAnswer().locator('.code').hover();
        await lastAnswer().getByRole('button', { name: /apply/ }).click();
        await page.locator('.monaco-diff-editor .view-line').filter({ hasText: 'if b == 0' }).waitFor();
        await page.waitForTimeout(500);
        await shot('diff');
        const changes = page.locator('.monaco-diff-editor .modified .view-line');
        await changes.filter({ hasText: 'if b == 0' }).locator('span span').last().hover();
        const take = page.locator('.monaco-hover a').filter({ hasText: 'Take this change' }).first();
        await take.waitFor();
        await shot('diff-hover');
        await take.click();
        const rest = page.locator('[aria-label^="Take all changes"]').first();
        if (await lastAnswer().locator('.outcome').isHidden()) await rest.click({ timeout: 5000 }).catch(() => undefined);
        await lastAnswer().locator('.outcome').filter({ hasText: 'applied' }).waitFor();
        const code = page.locator('.monaco-editor .view-line').filter({ hasText: 'if b == 0' });
        await code.first().waitFor();
      },
    ],
    [
      'a marked file is marked in the panel',
      async () => {
        await openFile('marked.go');
        await select(1, 5);
        await panel
          .locator('.badge, .marking, [class*=level]')
          .filter({ hasText: 'SECRET' })
          .first()
          .waitFor();
        await page.waitForTimeout(300);
        await shot('marked');
      },
    ],
    [
      'a change asked for at the cursor is taken with Tab',
      async () => {
        await openFile('add.go');
        await select(3, 4);
        await page.keyboard.press('Control+Alt+I');
        await page.locator('.quick-input-widget input').first().fill('rename the parameters');
        await page.keyboard.press('Enter');
        const changing = page
          .locator('.monaco-diff-editor .view-line')
          .filter({ hasText: 'func Add(x, y int)' });
        await changing.first().waitFor();
        await shot('growing');
        seen();
        const changed = page.locator('.monaco-diff-editor .view-line').filter({ hasText: 'return x + y' });
        await changed.first().waitFor();
        await page.waitForTimeout(500);
        await shot('inline');
        await page.locator('.monaco-diff-editor .modified .view-lines').first().click();
        // Until the server has said what the edit is, Tab takes nothing.
        for (let left = 30; left > 0 && (await page.locator('.monaco-diff-editor').count()) > 0; left -= 1) {
          await page.keyboard.press('Tab');
          await page.waitForTimeout(500);
        }
        await page.locator('.monaco-diff-editor').first().waitFor({ state: 'hidden' });
        await page.locator('.view-line').filter({ hasText: 'return x + y' }).first().waitFor();
      },
    ],
    [
      'the first word comes without delay',
      async () => {
        const waits = [];
        for (let i = 0; i < 20; i += 1) waits.push(await firstWord(i));
        const sorted = (pick) => waits.map(pick).sort((a, b) => a - b);
        const of = (pick) => `${sorted(pick)[10].toFixed(0)} ms, p95 ${sorted(pick)[18].toFixed(0)} ms`;
        const whole = ({ asking, telling, drawing }) => asking + telling + drawing;
        const all = of(whole);
        // A machine that does much else besides has other figures: this tells only that nothing waits.
        assert.ok(sorted(whole)[10] < 1000, all);
        return (
          `beyond the model server's own time: median ${all} (bar: 50 ms); key to model server ` +
          `${of(({ asking }) => asking)}; its first token to the panel ${of(({ telling }) => telling)}; ` +
          `from there to the screen ${of(({ drawing }) => drawing)}`
        );
      },
    ],
    [
      'a real llama-server answers',
      async () => {
        const folder = join(scratch, 'llama');
        mkdirSync(folder, { recursive: true });
        llama = await startLlamaServer(folder);
        if (llama.missing !== undefined) return `skipped: ${llama.missing}`;
        change({ 'rigrun.local.url': llama.url });
        await panel.locator('.picker-model option[value="tiny"]').waitFor({ state: 'attached' });
        await ask('what is a mutex');
        await lastAnswer().locator('.route').filter({ hasText: 'tiny' }).waitFor();
        await answered();
        // The model's weights are random: what it writes may be a comment, or blanks.
        const details = await lastAnswer().locator('.route-details').textContent();
        assert.match(details, /[1-9]\d* received/);
        change({ 'rigrun.local.url': model.url });
        return details.match(/\d+ received/)[0];
      },
    ],
    [
      'the panel looks as it did',
      async () => {
        await panel.locator('.picker-model option[value="scripted-coder:7b"]').waitFor({ state: 'attached' });
        await openFile('add.go');
        await select(1, 0);
        await command('New conversation');
        await panel.locator('.start').filter({ hasText: 'add.go' }).waitFor();
        const empty = await panelLooksAsBefore('empty-dark');
        await ask('what does Add do');
        await lastAnswer().locator('.text').filter({ hasText: 'Nothing else happens' }).waitFor();
        await answered();
        return `${empty}, ${await panelLooksAsBefore('answered-dark')}`;
      },
    ],
    [
      'offline is said',
      async () => {
        change({ 'rigrun.routing.offline': true });
        await panel.getByText('offline:').first().waitFor();
        await shot('offline');
      },
    ],
    [
      'high contrast and narrow',
      async () => {
        change({ 'workbench.colorTheme': 'Default High Contrast' });
        await page.locator('.monaco-workbench.hc-black').waitFor();
        await page.waitForTimeout(700);
        await shot('high-contrast');
        const contrast = await panelLooksAsBefore('answered-high-contrast');
        change({ 'workbench.colorTheme': 'Default Light Modern' });
        await page.locator('.monaco-workbench.vs').waitFor();
        await page.mouse.move(350, 500);
        await page.mouse.down();
        await page.mouse.move(290, 500, { steps: 5 });
        await page.mouse.up();
        await page.waitForTimeout(700);
        await shot('narrow-light');
        return `${contrast}, ${await panelLooksAsBefore('answered-narrow-light')}`;
      },
    ],
    [
      "a question to @rigrun is answered in VS Code's own chat",
      async () => {
        change({ 'chat.disableAIFeatures': false, 'workbench.colorTheme': 'Default Dark Modern' });
        await page.locator('.monaco-workbench.vs-dark').waitFor();
        await command("Ask @rigrun in VS Code's chat");
        const chat = page.locator('.interactive-session');
        await chat.locator('.chat-input-container').filter({ hasText: 'rigrun chooses' }).waitFor();
        await chat.locator('.chat-input-container .view-line').filter({ hasText: '@rigrun' }).waitFor();
        await page.keyboard.type('what does Add do');
        await page.keyboard.press('Enter');
        const said = chat.locator('.interactive-response').last();
        await said.filter({ hasText: 'sum' }).waitFor();
        assert.doesNotMatch(await said.innerText(), /Nothing else happens/, 'it comes all at once');
        await said.filter({ hasText: 'Nothing else happens' }).waitFor();
        await said.filter({ hasText: 'local · scripted-coder:7b' }).waitFor();
        assert.match(model.asked.at(-1).question, /what does Add do/);
        assert.doesNotMatch(model.asked.at(-1).question, /@rigrun/);
        await page.waitForTimeout(500);
        await shot('participant');
      },
    ],
    [
      'another language is spoken',
      async () => {
        translate(join(scratch, 'extensions'));
        await page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = '${locale}'`);
        await page.reload();
        await page.waitForSelector('.monaco-workbench .activitybar');
        panel = await panelOf(page);
        await panel.locator('.composer .field[placeholder="⟦Ask about your code⟧"]').waitFor();
        await page.locator('[aria-label="⟦Conversations⟧"]').first().waitFor();
        await page.waitForTimeout(700);
        await shot('another-language');
      },
    ],
  ];
}
