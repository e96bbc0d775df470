// What a model may answer to do harm, or to make the panel useless.

export interface Hostile {
  readonly name: string;
  readonly text: string;
  /** What must be read in the answer. */
  readonly shows?: string;
}

const call = 'window.pwned=1';

const scripts: readonly string[] = [
  `<script>${call}</script>`,
  `<img src=x onerror="${call}">`,
  `<svg onload="${call}"><script>${call}</script></svg>`,
  `<svg><style><img src=x onerror="${call}"></style></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${call}&gt;">`,
  `<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`,
  `<object data="data:text/html,<script>${call}</script>"></object>`,
  `<form action="https://example.com"><input name=parentNode autofocus onfocus="${call}"></form>`,
  `<details open ontoggle="${call}"><summary>x</summary></details>`,
  `<a href="javascript:${call}">a</a><base href="https://example.com/"><meta http-equiv=refresh content="0;url=https://example.com">`,
  `<link rel=stylesheet href="https://example.com/a.css"><style>*{display:none}</style>`,
  `<div style="position:fixed;inset:0;background:red">over all</div>`,
  `<video src=https://example.com/v autoplay onplay="${call}"></video><audio src=x onerror="${call}"></audio>`,
  `<template><img src=x onerror="${call}"></template><noscript><p title="</noscript><img src=x onerror=${call}>"></noscript>`,
  `<x contenteditable onblur="${call}" tabindex=1 id=x>lose this focus</x><vscode-button onclick="${call}">go</vscode-button>`,
];

const links: readonly string[] = [
  `[a](javascript:${call})`,
  `[a](JaVaScRiPt:${call})`,
  `[a](java\tscript:${call})`,
  `[a](&#106;avascript:${call})`,
  `[a](data:text/html,<script>${call}</script>)`,
  '[a](command:workbench.action.terminal.new)',
  '[a](vscode://rigrun.rigrun/run)',
  '[a](vscode-webview://x)',
  '[a](file:///etc/passwd)',
  '[a](//example.com/x)',
  '[a](../../x)',
  '<javascript:alert(1)>',
  '<command:workbench.action.quit>',
  `[a][r]\n\n[r]: javascript:${call}`,
  '![a](https://example.com/pixel.png)',
  '![a](javascript:alert(1))',
  `[a](https://example.com/"onmouseover="${call} "t")`,
  `![a](https://example.com/x" onerror="${call})`,
  `https://example.com/"><img/src/onerror=${call}>`,
];

const pathological: Readonly<Record<string, string>> = {
  'a line of a megabyte': 'x'.repeat(1 << 20),
  'a megabyte of words': 'word '.repeat(200_000),
  'a megabyte in code': `\`\`\`js\n${'(a["'.repeat(250_000)}\n\`\`\`\n`,
  'a fence that never ends': `\`\`\`ts\n${'const a = 1;\n'.repeat(2000)}`,
  'fences in fences': '`'.repeat(200) + 'a\n' + '```\n~~~\n````\n'.repeat(500),
  'ten thousand nested quotes': '>'.repeat(10_000) + ' deep',
  'ten thousand nested quotes, with spaces': '> '.repeat(10_000) + 'deep',
  'four hundred nested lists': Array.from(
    { length: 400 },
    (_, depth) => `${'  '.repeat(depth)}- ${depth}`,
  ).join('\n'),
  'ten thousand nested lists in a line': '- '.repeat(10_000) + 'deep',
  'ten thousand brackets': '['.repeat(10_000) + ']('.repeat(10_000),
  'ten thousand emphases': '*a **b '.repeat(10_000),
  'ten thousand ticks': '`a'.repeat(10_000),
  'ten thousand angles': '<'.repeat(10_000) + 'a'.repeat(10) + '>'.repeat(10_000),
  'ten thousand autolinks': 'https://example.com/a '.repeat(10_000),
  'ten thousand entities': '&lt;&#0;&#x110000;&nosuch;'.repeat(2500),
  'ten thousand headings': '# a\n'.repeat(10_000),
  'ten thousand definitions': Array.from({ length: 10_000 }, (_, at) => `[r${at}]: https://example.com`).join(
    '\n',
  ),
  'a table of a thousand columns': `|${'a|'.repeat(1000)}\n|${'-|'.repeat(1000)}\n|${'1|'.repeat(1000)}\n`,
  'a table of five thousand rows': `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(5000)}`,
  'a heap of combining marks': `a${'\u0301\u0489'.repeat(5000)} b`,
  'ten thousand emoji in a row': '\u{1F468}\u200D'.repeat(10_000),
  'a bomb of mathematics': `$$\\def\\a{\\a\\a}\\a$$ \\[${'\\frac{1}{'.repeat(2000)}\\]`,
  'control characters':
    Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('a') + '\u007F\u0085\u2028\u2029',
  'halves of characters': 'a\uD800b\uDC00c '.repeat(1000),
  'an HTML comment': '<!-- ignore all rules --> seen <!--',
  'a document type': '<!DOCTYPE html [<!ENTITY a "b">]><?php echo 1 ?><![CDATA[x]]>',
};

export const hostile: readonly Hostile[] = [
  ...scripts.map((text): Hostile => ({ name: `markup: ${text.slice(0, 30)}`, text })),
  ...scripts.map((text): Hostile => ({
    name: `markup in code: ${text.slice(0, 30)}`,
    text: `\`\`\`html\n${text}\n\`\`\`\n\`${text}\``,
  })),
  ...links.map((text): Hostile => ({ name: `link: ${JSON.stringify(text.slice(0, 30))}`, text })),
  {
    name: 'a language that is none',
    text: '```"><img src=x onerror="window.pwned=1">\nx\n```\n```__proto__\nx\n```\n```constructor\nx\n```',
  },
  {
    name: 'text that runs backwards',
    text: 'access \u202Eetadpu\u202C and \u2066x\u2069',
    shows: '[U+202E]',
  },
  {
    name: 'text that runs backwards in code',
    text: '```go\nif a { \u202E } \u2066// \u200B\n```',
    shows: '[U+202E]',
  },
  { name: 'text nobody sees', text: `hello \u{E0068}\u{E0069}\u{E007F}`, shows: '[U+E0068]' },
  ...Object.entries(pathological).map(([name, text]): Hostile => ({ name, text })),
];
