/** Where a password comes from: asked for twice on a terminal, which shows nothing of it, and otherwise the first line of standard input. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { MillraceError } from '../../errors.ts';
import { PASSWORD_BYTES_MAX } from '../../limits.ts';
import type { CliContext } from '../context.ts';

/** Errors: INVALID_ARGUMENT for none, and for two that differ. */
export async function readPassword(context: CliContext, user: string): Promise<string> {
  if (context.stdin.isTTY !== true) return firstLine(context.stdin);
  const terminal = createInterface({ input: context.stdin, output: new Silence(), terminal: true });
  const ask = async (question: string): Promise<string> => {
    context.stderr.write(question);
    const answer = await terminal.question('', { signal: context.signal });
    context.stderr.write('\n');
    return answer;
  };
  try {
    const password = await ask(`Password of ${user}: `);
    if ((await ask('Again: ')) === password) return password;
    throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', 'the two passwords differ');
  } finally {
    terminal.close();
  }
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (bytes.includes('\n') || size > PASSWORD_BYTES_MAX + 2) break;
  }
  const line = /^[^\r\n]*/.exec(Buffer.concat(chunks).toString('utf8'))![0];
  if (line === '') throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', 'standard input has no password');
  return line;
}

/** What readline would echo goes here. */
class Silence extends Writable {
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}
