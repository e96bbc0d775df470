// The one way from a string of HTML to nodes. What comes in was made by markdown-it
// with HTML off, or by the highlighter; DOMPurify holds it to a short list all the same.

import DOMPurify, { type Config } from 'dompurify';

const prose: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: [
    'a',
    'blockquote',
    'br',
    'code',
    'del',
    'em',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'hr',
    'li',
    'ol',
    'p',
    'pre',
    's',
    'strong',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'ul',
  ],
  ALLOWED_ATTR: ['align', 'data-href', 'data-info', 'start'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const code: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: ['span'],
  ALLOWED_ATTR: ['class'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

export const cleanProse = (html: string): DocumentFragment => DOMPurify.sanitize(html, prose);
export const cleanCode = (html: string): DocumentFragment => DOMPurify.sanitize(html, code);
