/** What the library says, through the real pino: levels, messages and fields as they come out as lines of JSON. */
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { DATA } from './store-fixture.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A pino logger and the lines that it wrote. */
function loggerWithLines(): { logger: pino.Logger; lines: Line[] } {
  const lines: Line[] = [];
  const logger = pino(
    { base: null, timestamp: false, level: 'debug' },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  return { logger, lines };
}

test('settings that are not acted on are told with their names', async () => {
  const { logger, lines } = loggerWithLines();
  const store = await openStore(DATA, { logger, fileSystem: new MemoryFileSystem() });
  await store.createTopic('orders', { config: { preallocate: true } });
  await store.close();
  expect(lines).toEqual([
    { level: 30, settings: ['preallocate'], msg: 'settings that are stored and not acted on by this version' },
  ]);
});

test('recovery and damage are told with paths and positions', async () => {
  const directory = temporaryDirectory();
  const store = await openStore(directory);
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'whole' }]);
  const { size } = store.partition('orders', 0);
  await store.close();
  const path = join(directory, 'orders-0', `${'0'.repeat(20)}.log`);
  truncateSync(path, size);
  appendFileSync(path, 'no batch');
  rmSync(join(directory, '.kafka_cleanshutdown'));
  rmSync(join(directory, 'recovery-point-offset-checkpoint'));

  const { logger, lines } = loggerWithLines();
  await (await openStore(directory, { logger })).close();
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [30, 'the last stop was not a clean one: recovering'],
    [40, 'a log was damaged and was cut there'],
    [20, 'recovered a partition'],
    [30, 'recovered'],
  ]);
  expect(lines[0]).toMatchObject({ path: directory, partitions: 1 });
  expect(lines[1]).toMatchObject({ topic: 'orders', partition: 0, damage: { path, position: size, bytesCut: 8 } });
  expect(lines[3]).toMatchObject({ path: directory, clean: false, partitions: 1 });
});

test('an error comes whole: with its message, code and stack', async () => {
  const directory = temporaryDirectory();
  await (await openStore(directory)).close();
  writeFileSync(join(directory, 'log-start-offset-checkpoint'), 'no checkpoint');
  const { logger, lines } = loggerWithLines();
  await (await openStore(directory, { logger })).close();
  expect(lines).toHaveLength(1);
  const [{ level, err, msg }] = lines;
  expect([level, msg]).toEqual([40, 'a checkpoint file is not readable and is not believed']);
  expect(err).toMatchObject({
    type: 'MillraceError',
    code: 'ERR_MILLRACE_CORRUPT',
    message: expect.stringContaining('log-start-offset-checkpoint'),
    stack: expect.stringContaining('\n    at '),
  });
});

test('a failing disk is an error', async () => {
  const { logger, lines } = loggerWithLines();
  const system = new MemoryFileSystem();
  const store = await openStore(DATA, { logger: logger.child({ part: 'log' }), fileSystem: system });
  await store.createTopic('orders');
  system.fault = (operation) => (operation === 'fdatasync' || operation === 'syncfs' ? 'EIO' : null);
  await expect(store.partition('orders', 0).append([{ value: 'a' }]).durable).rejects.toThrow('offline');
  await store.close().catch(() => undefined);
  const line = lines.find(({ level }) => level === 50);
  expect(line).toMatchObject({ part: 'log', path: DATA, msg: 'the data directory is offline' });
  expect(line?.['err']).toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
});
