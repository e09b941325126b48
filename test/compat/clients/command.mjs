/** Runs a command-line client and waits for its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const END_MS = 60_000;

/** `{ status, out, said }`: bytes, and the text of all that it printed; killed when it takes too long. `input` is what it reads. */
export async function ended(child, input = '') {
  const chunks = { out: [], err: [] };
  child.stdout.on('data', (chunk) => chunks.out.push(chunk));
  child.stderr.on('data', (chunk) => chunks.err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  const [status, signal] = await once(child, 'close');
  clearTimeout(timer);
  const [out, err] = [chunks.out, chunks.err].map((some) => Buffer.concat(some));
  return { status: status ?? signal, out, said: Buffer.concat([out, err]).toString() };
}

export function runCommand(command, args, input) {
  return ended(spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] }), input);
}

/** Throws with all that was said unless it ended well. */
export async function outputOf(running) {
  const { status, out, said } = await running;
  if (status !== 0) throw new Error(`ended with status ${status}:\n${said}`);
  return out.toString();
}
