import { expect, test } from 'vitest';
import { Flusher, type Flushable } from '#millrace/file/flusher.js';
import type { LogFile } from '#millrace/file/file-system.js';
import { Health } from '#millrace/file/health.js';
import { FLUSH_EACH_FILES_MAX } from '#millrace/limits.js';
import { ManualFlushThread, settled } from '../support/flush-thread.ts';

class FakeLog implements Flushable {
  readonly file: LogFile;
  dirty = true;
  begun = 0;
  readonly ended: (Error | null)[] = [];
  onEnd: () => void = () => undefined;

  constructor(name: string) {
    this.file = { path: name } as LogFile;
  }

  beginFlush(files: LogFile[], directories: Set<string>): void {
    this.begun++;
    if (!this.dirty) return;
    files.push(this.file);
    directories.add('/data/t-0');
  }

  endFlush(error: Error | null): void {
    this.ended.push(error);
    this.onEnd();
  }
}

function setUp(): { thread: ManualFlushThread; health: Health; flusher: Flusher } {
  const thread = new ManualFlushThread();
  const health = new Health('/data');
  return { thread, health, flusher: new Flusher(thread, health) };
}

test('logs that ask in one turn share a round, which begins after the turn', async () => {
  const { thread, flusher } = setUp();
  const logs = [new FakeLog('a'), new FakeLog('b')];
  for (const log of [...logs, ...logs]) flusher.request(log);
  expect(thread.works).toEqual([]);
  await Promise.resolve();
  await thread.begun(1);
  expect(thread.works[0].files.map((file) => file.path)).toEqual(['a', 'b']);
  expect(thread.works[0].directories).toEqual(['/data/t-0']);
  await thread.end();
  expect(logs.map((log) => log.ended)).toEqual([[null], [null]]);
  expect(flusher.statistics).toEqual({ rounds: 1, files: 2, wholeFileSystem: 0, lastMs: 1, totalMs: 1 });
  expect([...flusher.recent.sorted()]).toEqual([1]);
});

test('rounds run one after another; who asks while one runs is in the next', async () => {
  const { thread, flusher } = setUp();
  const log = new FakeLog('a');
  flusher.request(log);
  await thread.begun(1);
  flusher.request(log);
  flusher.request(new FakeLog('b'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(thread.running).toBe(1);
  await thread.end();
  await thread.begun(2);
  expect(thread.works[1].files.map((file) => file.path)).toEqual(['a', 'b']);
  await thread.end();
});

test('many files are one sync of the whole file system, which needs no directories', async () => {
  const { thread, flusher } = setUp();
  for (let i = 0; i <= FLUSH_EACH_FILES_MAX; i++) flusher.request(new FakeLog(`${i}`));
  await thread.end();
  expect(thread.works[0]).toMatchObject({ wholeFileSystem: true, directories: [] });
  for (let i = 0; i < FLUSH_EACH_FILES_MAX; i++) flusher.request(new FakeLog(`${i}`));
  await thread.end();
  expect(thread.works[1].wholeFileSystem).toBe(false);
});

test('a log with nothing dirty is told at once, without a round', async () => {
  const { thread, flusher } = setUp();
  const log = new FakeLog('a');
  log.dirty = false;
  flusher.request(log);
  await flusher.idle();
  expect(log.ended).toEqual([null]);
  expect(thread.works).toEqual([]);
});

test('a round that fails takes the directory offline; later ones do not run', async () => {
  const { thread, health, flusher } = setUp();
  const [first, second, third] = ['a', 'b', 'c'].map((name) => new FakeLog(name));
  flusher.request(first);
  await thread.begun(1);
  flusher.request(second);
  await thread.end(new Error('EIO'));
  await flusher.idle();
  flusher.request(third);
  await flusher.idle();
  expect(first.ended).toEqual([health.failure]);
  expect(second.ended).toEqual([health.failure]);
  expect(third.ended).toEqual([health.failure]);
  expect([second.begun, third.begun]).toEqual([0, 0]);
  expect(thread.works).toHaveLength(1);
});

test('a log that withdrew is not in the next round, but is told of the one that runs', async () => {
  const { thread, flusher } = setUp();
  const log = new FakeLog('a');
  flusher.request(log);
  await thread.begun(1);
  flusher.request(log);
  flusher.withdraw(log);
  await thread.end();
  await flusher.idle();
  expect(log.ended).toEqual([null]);
  expect(thread.works).toHaveLength(1);
});

test('a log that withdrew before its round began leaves no round, and nobody waiting for idle', async () => {
  const { thread, flusher } = setUp();
  const log = new FakeLog('a');
  flusher.request(log);
  const idle = settled(flusher.idle());
  flusher.withdraw(log);
  expect(await idle.now()).toBe('resolved');
  expect(thread.works).toEqual([]);
  await flusher.idle();
});

test('idle waits for rounds that are wanted by those that end', async () => {
  const { thread, flusher } = setUp();
  const log = new FakeLog('a');
  log.onEnd = () => {
    if (log.ended.length === 1) flusher.request(log);
  };
  flusher.request(log);
  const idle = settled(flusher.idle());
  await thread.end();
  expect(await idle.now()).toBe('pending');
  await thread.end();
  expect(await idle.now()).toBe('resolved');
  expect(log.ended).toHaveLength(2);
});

test('close ends the thread', () => {
  const { thread, flusher } = setUp();
  flusher.close();
  expect(thread.closed).toBe(true);
});
