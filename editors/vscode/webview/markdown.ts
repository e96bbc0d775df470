// Markdown to nodes. No HTML of the model's is let through, no picture is loaded, and
// a link is a word that asks the extension when it is clicked.

import MarkdownIt from 'markdown-it';

import { showHidden } from './hidden-characters';
import { cleanProse } from './sanitiser';

const LINKS = /^(https?:\/\/|mailto:)/i;

const markdown = createMarkdown();

function createMarkdown() {
  const md = new MarkdownIt({ html: false, linkify: true, typographer: false });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  md.validateLink = (url) => LINKS.test(url.trim());
  const escape = md.utils.escapeHtml;
  const { rules } = md.renderer;
  rules['link_open'] = (tokens, index) =>
    `<a data-href="${escape(String(tokens[index]?.attrGet('href') ?? ''))}">`;
  rules['image'] = (tokens, index) => {
    const token = tokens[index];
    const source = String(token?.attrGet('src') ?? '');
    return `<a data-href="${escape(source)}">${escape(token?.content === '' ? source : (token?.content ?? ''))}</a>`;
  };
  rules['fence'] = (tokens, index) =>
    `<pre data-info="${escape(tokens[index]?.info ?? '')}">${escape(tokens[index]?.content ?? '')}</pre>`;
  rules['code_block'] = (tokens, index) => `<pre data-info="">${escape(tokens[index]?.content ?? '')}</pre>`;
  for (const cell of ['th', 'td'] as const) {
    rules[`${cell}_open`] = (tokens, index) => {
      const align = /left|center|right/.exec(String(tokens[index]?.attrGet('style') ?? ''));
      return align ? `<${cell} align="${align[0]}">` : `<${cell}>`;
    };
  }
  return md;
}

/** Renders whole blocks. Code is left as `pre` with what its fence said in `data-info`. */
export function renderMarkdown(text: string): DocumentFragment {
  const fragment = cleanProse(markdown.render(showHidden(text)));
  for (const block of fragment.querySelectorAll('p, li, h1, h2, h3, h4, h5, h6, blockquote, td, th')) {
    block.setAttribute('dir', 'auto');
  }
  // Code does not decide which way the words around it run.
  for (const code of fragment.querySelectorAll('code, pre')) code.setAttribute('dir', 'ltr');
  for (const link of fragment.querySelectorAll<HTMLElement>('a')) makeLink(link);
  for (const table of fragment.querySelectorAll('table')) {
    const scroll = document.createElement('div');
    scroll.className = 'table';
    table.replaceWith(scroll);
    scroll.append(table);
  }
  return fragment;
}

function makeLink(link: HTMLElement): void {
  const href = link.dataset['href'] ?? '';
  if (!LINKS.test(href)) {
    link.replaceWith(...link.childNodes);
    return;
  }
  link.setAttribute('role', 'link');
  link.tabIndex = 0;
  link.title = href;
}
