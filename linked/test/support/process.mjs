import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.mjs', import.meta.url));
const running = new Set();
process.on('exit', () => { for (const child of running) child.kill('SIGKILL'); });

/** Starts a node program; `lines` are its complete stdout lines, `ended` its exit status. */
export function spawnNode(args, env = {}) {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  running.add(child);
  const made = { child, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', text => { made.stdout += text; child.emit('text'); });
  child.stderr.setEncoding('utf8').on('data', text => { made.stderr += text; });
  child.stdin.on('error', () => {});
  made.ended = new Promise(resolve => child.on('close', (code, signal) => { running.delete(child); resolve(code ?? signal); }));
  return made;
}

export function spawnSidecar(socketPath, token, env = {}) {
  return spawnNode([MAIN, '--socket', socketPath], { WHERRY_LINKED_TOKEN: token, ...env });
}

/** Repeats look() until it gives something; for state that cannot be waited for otherwise. */
export async function until(look, what = 'condition', timeoutMs = 60_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
