// A real llama-server with a tiny model, as e2e/vscode/llama runs it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './editor.mjs';

/** Starts it in a folder of its own and returns where it answers, or why it is not to be had. */
export async function startLlamaServer(folder) {
  const program = join(folder, 'llama');
  execFileSync('go', ['build', '-o', program, './e2e/vscode/llama'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const port = await freePort();
  const server = spawn(program, [String(port), folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(server, 'exit');
  let said = '';
  server.stdout.on('data', (data) => (said += data));
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    server.kill();
    await ended;
  };
  while (server.exitCode === null && server.signalCode === null) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return { url, close };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (server.exitCode === 3) return { missing: said.trim(), close };
  throw new Error(`llama-server ended before it was ready: ${said}`);
}
