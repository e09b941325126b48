/** What keeps a process alive is seen from outside only: programs of a few lines, and how they end. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KeepAlive } from '#millrace/producer/keep-alive.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const HEAD = `
import { openStore } from 'millrace';
const store = await openStore(process.argv[1]);
await store.createTopic('orders');
`;

interface Ended {
  readonly code: number | string | null | undefined;
  readonly out: string;
  readonly err: string;
}

async function run(program: string): Promise<Ended> {
  const directory = join(temporaryDirectory(), 'data');
  const args = ['--input-type=module', '-e', HEAD + program, directory];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 10_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : error.code, out, err });
    });
  });
}

const programs: Record<string, string> = {
  'a send': `
    const producer = store.producer({ lingerMs: 30 });
    console.log((await producer.send('orders', { value: 'a' })).offset);`,
  'a send that is to be flushed': `
    const producer = store.producer({ lingerMs: 30, durability: 'flushed' });
    console.log((await producer.send('orders', { value: 'a' })).offset);`,
  'a send that does not linger': `
    console.log((await store.producer({ lingerMs: 0 }).send('orders', { value: 'a' })).offset);`,
  'a send that nobody waits for': `
    await store.producer({ acks: 0, lingerMs: 30 }).send('orders', { value: 'a' });
    process.on('exit', () => console.log(store.partition('orders', 0).endOffset - 1));`,
  'a producer that has nothing to do any more': `
    const producer = store.producer({ lingerMs: 5 });
    const { offset } = await producer.send('orders', { value: 'a' });
    process.on('exit', () => console.log(offset));`,
};

test('a program whose end is a send ends when it has its answer, and not before', { timeout: 30_000 }, async () => {
  const ended = await Promise.all(Object.values(programs).map((program) => run(program)));
  Object.keys(programs).forEach((name, i) => expect(ended[i], name).toEqual({ code: 0, out: '0\n', err: '' }));
});

test('holds a handle while it is asked to, and none after it was closed', () => {
  const active = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = active();
  const keepAlive = new KeepAlive();
  keepAlive.release();
  expect(active()).toBe(before);
  keepAlive.hold();
  expect(active()).toBe(before + 1);
  keepAlive.release();
  expect(active()).toBe(before);
  keepAlive.hold();
  expect(active()).toBe(before + 1);
  keepAlive.close();
  keepAlive.close();
  expect(active()).toBe(before);
});
