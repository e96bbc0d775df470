// The section "rigrun" of VS Code's settings, as the server is told it.

import * as vscode from 'vscode';

/** What only the extension reads. */
const own = new Set(['server.path', 'trace.server']);

/**
 * The settings that a person has set, by their dotted names. VS Code's own
 * merge would add every default, and the server could no longer tell a setting
 * from none: a local.url that is set switches off its look at the usual ports.
 */
export function settingsForServer(): Record<string, unknown> {
  const section = vscode.workspace.getConfiguration('rigrun');
  const set: Record<string, unknown> = {};
  for (const name of settingNames()) {
    const value = section.inspect(name);
    // Only what a person wrote for this machine: a repository's settings may not loosen a rule.
    const chosen = value?.globalValue;
    if (chosen !== undefined && chosen !== null) put(set, name.split('.'), chosen);
  }
  return set;
}

function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    into[head] = value;
    return;
  }
  const inner = (into[head] ??= {});
  put(inner as Record<string, unknown>, rest, value);
}

/** The names that package.json declares, without their section. */
function settingNames(): string[] {
  const manifest: unknown = vscode.extensions.getExtension('rigrun.rigrun')?.packageJSON;
  const { contributes } = manifest as {
    contributes: { configuration: readonly { properties: Record<string, unknown> }[] };
  };
  return contributes.configuration
    .flatMap((group) => Object.keys(group.properties))
    .map((name) => name.slice('rigrun.'.length))
    .filter((name) => !own.has(name));
}

export function serverPath(): string {
  return vscode.workspace.getConfiguration('rigrun').inspect<string>('server.path')?.globalValue ?? '';
}
