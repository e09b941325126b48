import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { OffsetCheckpoint, RECOVERY_POINT_CHECKPOINT as NAME } from '#millrace/store/offset-checkpoints.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { DATA, Messages, namesIn, read, write } from './store-fixture.ts';

function inMemory(text?: string): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  if (text !== undefined) write(system, `${DATA}/${NAME}`, text);
  return system;
}

test('the file that Kafka wrote is read', () => {
  const checkpoint = OffsetCheckpoint.read(new DiskFileSystem(), 'test/fixture/kafka-4.2/clean/log-dir', NAME);
  expect([checkpoint.get('codecs', 4), checkpoint.get('empty', 0), checkpoint.get('nowhere', 0)]).toEqual([97, 0, 0]);
});

test('what was set is written once, and read again', () => {
  const system = inMemory();
  const checkpoint = OffsetCheckpoint.read(system, DATA, NAME);
  checkpoint.write();
  expect(namesIn(system)).toEqual([]);
  checkpoint.set('orders', 0, 7);
  checkpoint.set('orders', 1, 8);
  checkpoint.set('orders', 1, 0);
  checkpoint.write();
  expect(read(system, `${DATA}/${NAME}`)).toBe('0\n1\norders 0 7\n');
  system.fault = (operation, path) => (operation === 'open' ? 'EIO' : path === '' ? path : null);
  checkpoint.set('orders', 0, 7);
  checkpoint.write();
  system.fault = null;
  expect(OffsetCheckpoint.read(system, DATA, NAME).get('orders', 0)).toBe(7);
});

test('a write that failed is made up for by the next', () => {
  const system = inMemory();
  const checkpoint = OffsetCheckpoint.read(system, DATA, NAME);
  checkpoint.set('orders', 0, 7);
  system.fault = () => 'ENOSPC';
  expect(() => checkpoint.write()).toThrow('ENOSPC');
  system.fault = null;
  checkpoint.write();
  expect(read(system, `${DATA}/${NAME}`)).toBe('0\n1\norders 0 7\n');
});

test('partitions that are gone are forgotten', () => {
  const system = inMemory('0\n2\norders 0 7\ngone 3 9\n');
  const checkpoint = OffsetCheckpoint.read(system, DATA, NAME);
  checkpoint.keep((topic) => topic === 'orders');
  checkpoint.write();
  expect(read(system, `${DATA}/${NAME}`)).toBe('0\n1\norders 0 7\n');
});

test.each([
  '',
  'garbage',
  '1\n0\n',
  '0\n2\norders 0 7\n',
  '0\nx\n',
  '0\n1\norders 0\n',
  '0\n1\norders 0 -7\n',
  '0\n1\norders x 7\n',
  '0\n1\norders 0 9007199254740993\n',
  '0\n2\norders 0 7\norders 1 7.5\n',
  '\0'.repeat(30),
])('%j is not believed, is told of, and is replaced', (text) => {
  const messages = new Messages();
  const system = inMemory(text);
  const checkpoint = OffsetCheckpoint.read(system, DATA, NAME, messages.logger);
  expect(checkpoint.get('orders', 0)).toBe(0);
  expect(messages.warnings()).toEqual(['a checkpoint file is not readable and is not believed']);
  checkpoint.write();
  expect(read(system, `${DATA}/${NAME}`)).toBe('0\n0\n');
});

/** With rounds of the flusher that end when the test says so. */
function aside() {
  const system = new MemoryFileSystem({ flush: 'manual' });
  system.makeDirectory(DATA);
  const checkpoint = OffsetCheckpoint.read(system, DATA, NAME);
  checkpoint.set('orders', 0, 7);
  return { system, checkpoint, thread: system.flushThread(DATA), text: () => read(system, `${DATA}/${NAME}`) };
}

async function rounds(system: MemoryFileSystem, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    system.runFlush();
    await setImmediate();
  }
}

test('a write aside is there when its bytes are safe, and durable when it settles', async () => {
  const { system, checkpoint, thread, text } = aside();
  const written = checkpoint.writeAside(thread);
  await setImmediate();
  expect(namesIn(system)).not.toContain(NAME);
  checkpoint.set('orders', 0, 9);
  await rounds(system, 2);
  await written;
  expect(text()).toBe('0\n1\norders 0 7\n');
  // What was set meanwhile.
  const next = checkpoint.writeAside(thread);
  await rounds(system, 2);
  await next;
  expect(text()).toBe('0\n1\norders 0 9\n');
  const after = OffsetCheckpoint.read(system.crash(new Random(1)), DATA, NAME);
  expect(after.get('orders', 0)).toBe(9);
});

test('a write that comes while one is aside stays: it may have lowered an offset', async () => {
  const { system, checkpoint, thread, text } = aside();
  const written = checkpoint.writeAside(thread);
  checkpoint.set('orders', 0, 3);
  checkpoint.write();
  await rounds(system, 2);
  await written;
  expect(text()).toBe('0\n1\norders 0 3\n');
  expect(namesIn(system)).toEqual([NAME]);
});

test('what is on its way to the disk is not durable yet: who has nothing to add waits for it, or writes', async () => {
  const { system, checkpoint, thread, text } = aside();
  const written = checkpoint.writeAside(thread);
  let isDurable = false;
  const again = checkpoint.writeAside(thread).then(() => (isDurable = true));
  await setImmediate();
  expect(isDurable).toBe(false);
  checkpoint.write();
  expect(text()).toBe('0\n1\norders 0 7\n');
  await rounds(system, 2);
  await Promise.all([written, again]);
  expect(namesIn(system)).toEqual([NAME]);
});

test('a write aside that failed is made up for by the next', async () => {
  const { system, checkpoint, thread, text } = aside();
  system.fault = (operation) => (operation === 'fdatasync' ? 'EIO' : null);
  const written = checkpoint.writeAside(thread);
  system.runFlush();
  await expect(written).rejects.toMatchObject({ cause: { code: 'EIO' } });
  expect(namesIn(system)).not.toContain(NAME);
  system.fault = null;
  checkpoint.write();
  expect(text()).toBe('0\n1\norders 0 7\n');
});
