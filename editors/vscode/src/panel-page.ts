// The page the panel is: a frame for its bundle, with the policy that holds in it.

/** Where the page finds its parts, as URIs of the webview, and what may load them. */
export interface PageParts {
  /** Made anew for each page, at least 128 random bits. */
  readonly nonce: string;
  /** The source VS Code serves local files from (`webview.cspSource`). */
  readonly source: string;
  readonly script: string;
  readonly style: string;
  readonly locale: string;
}

/**
 * The policy: nothing from the network, one script by its nonce, style sheets and fonts
 * from the extension's own folder, no inline style, and no HTML from strings but by the
 * sanitiser.
 */
export function contentPolicy(nonce: string, source: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
    `font-src ${source}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types dompurify',
  ].join('; ');
}

export function panelPage(parts: PageParts): string {
  const attribute = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="${attribute(parts.locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(contentPolicy(parts.nonce, parts.source))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rigrun</title>
<link rel="stylesheet" href="${attribute(parts.style)}">
</head>
<body>
<script nonce="${attribute(parts.nonce)}" src="${attribute(parts.script)}"></script>
</body>
</html>
`;
}
