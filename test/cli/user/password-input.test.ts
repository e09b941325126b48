import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readPassword } from '#millrace/cli/user/password-input.js';
import { testContext } from '../cli-run.ts';

test('the first line of what is piped in', async () => {
  expect(await readPassword(testContext('secret\nmore'), 'alice')).toBe('secret');
  expect(await readPassword(testContext(' spaces stay '), 'alice')).toBe(' spaces stay ');
  await expect(readPassword(testContext('\n'), 'alice')).rejects.toThrow(/no password/);
});

/** A terminal on which these lines are typed, each when it is asked for. */
function typed(...lines: string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const context = testContext(stdin);
  const write = context.stderr.write.bind(context.stderr);
  context.stderr.write = ((text: string) => {
    if (text.endsWith(': ')) setImmediate(() => stdin.write(`${lines.shift()}\r`));
    return write(text);
  }) as typeof context.stderr.write;
  return context;
}

test('on a terminal it is asked for twice, and not shown', async () => {
  const context = typed('secret', 'secret');
  expect(await readPassword(context, 'alice')).toBe('secret');
  expect(context.stderr.text).toBe('Password of alice: \nAgain: \n');
  expect(context.stdout.text).toBe('');
  await expect(readPassword(typed('secret', 'secrte'), 'alice')).rejects.toThrow(/differ/);
});
