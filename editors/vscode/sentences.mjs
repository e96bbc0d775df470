// What translators start from: every sentence of the extension and its panel, as
// VS Code reads bundles (https://github.com/microsoft/vscode-l10n). package.mjs
// writes it into the package; a translation lies beside it as bundle.l10n.LOCALE.json.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The sentences as a bundle; it throws where one is put together at run time. */
export function bundle(folder) {
  const files = readdirSync(join(folder, 'src')).filter((name) => name.endsWith('.ts'));
  const all = files.flatMap((name) => handedOver(join(folder, 'src', name)));
  all.push(...literalsOf(join(folder, 'webview/strings.ts')));
  return Object.fromEntries([...new Set(all)].sort().map((text) => [text, text]));
}

function nodes(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a file hands to vscode.l10n.t. */
function handedOver(path) {
  if (path.endsWith('panel-strings.ts')) return []; // these are the panel's table, read as such
  return nodes(path)
    .filter((node) => ts.isCallExpression(node) && node.expression.getText() === 'vscode.l10n.t')
    .map(({ arguments: [first] }) => {
      if (!ts.isStringLiteralLike(first)) throw new Error(`${path}: ${first.getText()} is no literal`);
      return first.text;
    });
}

function literalsOf(path) {
  return nodes(path)
    .filter((node) => ts.isPropertyAssignment(node) && ts.isStringLiteralLike(node.initializer))
    .map((node) => node.initializer.text);
}
