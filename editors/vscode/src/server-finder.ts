// Finds the server's program: the one that the settings name, else the one that
// came with the extension, else the one on the PATH. Nothing here knows VS Code.

import { delimiter, isAbsolute, join } from 'node:path';

/** Where a server can be looked for. */
export interface Places {
  /** The setting rigrun.server.path, empty where it is not set. */
  readonly configured: string;
  /** The extension's own folder. */
  readonly extensionPath: string;
  /** The PATH of the environment. */
  readonly searchPath: string;
  readonly windows: boolean;
  /** Whether a file is there and can be run. */
  readonly runs: (file: string) => boolean;
}

export type ServerSearch =
  | { readonly found: true; readonly command: string; readonly from: 'setting' | 'bundle' | 'path' }
  | { readonly found: false; readonly configured: string };

/**
 * A path in the settings is taken or nothing is: another server than the one a
 * person asked for would be worse than none.
 */
export function findServer(places: Places): ServerSearch {
  const name = places.windows ? 'rigrun-lsp.exe' : 'rigrun-lsp';
  if (places.configured !== '') {
    return places.runs(places.configured)
      ? { found: true, command: places.configured, from: 'setting' }
      : { found: false, configured: places.configured };
  }
  const bundled = join(places.extensionPath, 'server', name);
  if (places.runs(bundled)) return { found: true, command: bundled, from: 'bundle' };
  for (const folder of places.searchPath.split(delimiter)) {
    // A relative folder on the PATH would run what a repository brings.
    if (!isAbsolute(folder)) continue;
    const command = join(folder, name);
    if (places.runs(command)) return { found: true, command, from: 'path' };
  }
  return { found: false, configured: '' };
}

/** Whether two versions may talk: the same major and minor number, or one that is no release. */
export function versionsAgree(extension: string, server: string): boolean {
  const own = release(extension);
  const other = release(server);
  return own === undefined || other === undefined || own === other;
}

function release(version: string): string | undefined {
  return /^v?(\d+\.\d+)\.\d+/.exec(version)?.[1];
}
