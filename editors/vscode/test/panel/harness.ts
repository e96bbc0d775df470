// The panel in Chromium, without VS Code: its own page and policy, served from dist/,
// with what VS Code provides (an API, tokens, a class on the body) in its place.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';

import type { PanelState, ToHost, ToPanel } from '../../src/panel-messages';
import { panelPage } from '../../src/panel-page';
import { themes, type Theme } from './themes';

const ORIGIN = 'https://panel.test';
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' };

export interface OpenOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly state?: PanelState;
  readonly rtl?: boolean;
  /** Runs in the page before anything of the panel's. */
  readonly before?: string;
}

declare global {
  interface Window {
    sentToHost: ToHost[];
    keptState: PanelState | undefined;
    broken: string[];
  }
}

export class PanelPage {
  readonly page: Page;
  /** What the page asked the network for, beyond its own parts. */
  readonly strays: string[] = [];
  /** Errors the page threw or logged. */
  readonly errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, options: OpenOptions = {}): Promise<PanelPage> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 400, height: options.height ?? 720 },
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
    });
    const page = await context.newPage();
    const panel = new PanelPage(page);
    page.on('pageerror', (error) => panel.errors.push(String(error)));
    page.on('console', (line) => {
      if (line.type() === 'error') panel.errors.push(line.text());
    });
    await panel.#serve();
    await page.addInitScript(provideHost, options.state ?? null);
    if (options.before !== undefined) await page.addInitScript(options.before);
    await page.goto(`${ORIGIN}/`);
    await panel.wear(options.theme ?? 'dark');
    if (options.rtl === true) await page.evaluate(() => (document.documentElement.dir = 'rtl'));
    return panel;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Says something to the panel, as the extension would. */
  async tell(...messages: readonly ToPanel[]): Promise<void> {
    await this.page.evaluate((all) => {
      for (const message of all) window.dispatchEvent(new MessageEvent('message', { data: message }));
    }, messages);
  }

  /** Waits until what was told is on the page. */
  async settle(frames = 3): Promise<void> {
    await this.page.evaluate(async (count) => {
      for (let at = 0; at < count; at++) await new Promise((done) => requestAnimationFrame(done));
      await new Promise((done) => requestIdleCallback(done, { timeout: 1000 }));
    }, frames);
  }

  /** What the panel said, and forgets it. */
  async sent(): Promise<ToHost[]> {
    return this.page.evaluate(() => window.sentToHost.splice(0));
  }

  async kept(): Promise<PanelState | undefined> {
    return this.page.evaluate(() => window.keptState);
  }

  async wear(theme: Theme): Promise<void> {
    await this.page.evaluate(({ className, tokens }) => {
      document.documentElement.removeAttribute('style');
      for (const [name, value] of Object.entries(tokens)) {
        document.documentElement.style.setProperty(`--vscode-${name}`, value);
      }
      document.body.className = className;
    }, themes[theme]);
  }

  async #serve(): Promise<void> {
    const html = panelPage({
      nonce: 'bm9uY2Utb2YtdGhlLXRlc3Rz',
      source: ORIGIN,
      script: `${ORIGIN}/panel.js`,
      style: `${ORIGIN}/panel.css`,
      locale: 'en',
    });
    await this.page.context().route('**/*', async (route) => {
      const url = new URL(route.request().url());
      const name = url.pathname.slice(1);
      if (url.origin !== ORIGIN || !/^(panel\.(js|css)|codicon\.ttf)?$/.test(name)) {
        this.strays.push(url.href);
        await route.abort();
      } else if (name === '') await route.fulfill({ contentType: 'text/html', body: html });
      else {
        const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
        await route.fulfill({ contentType: type, body: readFileSync(join('dist', name)) });
      }
    });
  }
}

/** Runs in the page: the API of VS Code, and a list of what was not allowed. */
function provideHost(kept: PanelState | null): void {
  window.sentToHost = [];
  window.broken = [];
  window.keptState = kept ?? undefined;
  const api = {
    postMessage: (message: ToHost) => window.sentToHost.push(message),
    getState: () => window.keptState,
    setState: (state: PanelState) => (window.keptState = state),
  };
  Object.defineProperty(window, 'acquireVsCodeApi', { value: () => api });
  document.addEventListener('securitypolicyviolation', (event) => {
    window.broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
}
