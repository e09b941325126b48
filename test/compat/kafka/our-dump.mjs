/** What `millrace dump` prints, as an array of lines. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { dumpCommand } from '#millrace/cli/commands/dump.js';

export async function ourDump(...args) {
  const stdout = new PassThrough();
  const written = text(stdout);
  const context = {
    stdin: null,
    stdout,
    stderr: new PassThrough(),
    signal: new AbortController().signal,
    setExitCode() {},
  };
  await dumpCommand(context).parseAsync(args, { from: 'user' });
  stdout.end();
  return (await written).split('\n').filter((line) => line !== '');
}
