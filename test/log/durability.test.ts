import { expect, test } from 'vitest';
import { isMillraceError, MillraceError } from '#millrace/errors.js';
import type { FlushThread, FlushWork, LogFile } from '#millrace/file/file-system.js';
import { Flusher } from '#millrace/file/flusher.js';
import { Health } from '#millrace/file/health.js';
import { Durability, type PublishedLog } from '#millrace/log/durability.js';
import type { Receipt } from '#millrace/log/receipt.js';
import { numbered, TempLog } from '../support/temp-log.ts';
import { ManualFlushThread, settled } from '../support/flush-thread.ts';

const TRUNCATED = 'ERR_MILLRACE_TRUNCATED';

function codeOf(error: unknown): string {
  return isMillraceError(error) ? error.code : String(error);
}

interface Rig {
  readonly thread: ManualFlushThread;
  readonly health: Health;
  readonly flusher: Flusher;
  readonly log: { directory: string; endOffset: number; openFile: LogFile | null };
  readonly durability: Durability;
}

function setUp(): Rig {
  const thread = new ManualFlushThread();
  const health = new Health('/data');
  const flusher = new Flusher(thread, health);
  const log = { directory: '/data/t-0', endOffset: 0, openFile: { path: 'log', close() {} } as unknown as LogFile };
  const durability = new Durability(log satisfies PublishedLog, flusher, 0);
  return { thread, health, flusher, log, durability };
}

test('a receipt settles only after a round that began after its append', async () => {
  const { thread, log, durability } = setUp();
  log.endOffset = 10;
  const first = settled(durability.until(10));
  await thread.begun(1);
  log.endOffset = 20;
  const second = settled(durability.until(20));
  expect([first.state, second.state]).toEqual(['pending', 'pending']);
  await thread.end();
  expect([await first.now(), await second.now()]).toEqual(['resolved', 'pending']);
  expect(durability.durableOffset).toBe(10);
  await thread.end();
  expect(await second.now()).toBe('resolved');
  expect(durability.durableOffset).toBe(20);
  expect(thread.works).toHaveLength(2);
});

test('who asks while a round runs that covers him waits for that one', async () => {
  const { thread, log, durability } = setUp();
  log.endOffset = 10;
  durability.request();
  await thread.begun(1);
  const late = settled(durability.until(7));
  await thread.end();
  expect(await late.now()).toBe('resolved');
  expect(thread.works).toHaveLength(1);
});

test('many waiters of one turn share a round', async () => {
  const { thread, log, durability } = setUp();
  log.endOffset = 100;
  const all = Array.from({ length: 100 }, (_, i) => durability.until(i + 1));
  await thread.end();
  await Promise.all(all);
  expect(thread.works).toHaveLength(1);
  await durability.until(100);
  expect(thread.works).toHaveLength(1);
});

test('a round that fails rejects those who wait for it and those who wait for the next', async () => {
  const { thread, health, log, durability } = setUp();
  log.endOffset = 10;
  const first = settled(durability.until(10));
  await thread.begun(1);
  log.endOffset = 20;
  const second = settled(durability.until(20));
  await thread.end(new Error('EIO'));
  expect([await first.now(), await second.now()]).toEqual(['rejected', 'rejected']);
  expect(isMillraceError(first.reason, 'ERR_MILLRACE_OFFLINE')).toBe(true);
  expect(health.failure).toBe(first.reason);
  expect(durability.durableOffset).toBe(0);
  await expect(durability.until(20)).rejects.toBe(health.failure);
  expect(thread.works).toHaveLength(1);
});

test('sealed files are synced with the directory that names them, and then closed', async () => {
  const { thread, durability } = setUp();
  let closed = 0;
  const file = { path: 'sealed', close: () => closed++ } as unknown as LogFile;
  durability.sealed([file]);
  const all = durability.all();
  await thread.begun(1);
  expect(thread.works[0]).toMatchObject({ files: [file], directories: ['/data/t-0'] });
  expect(closed).toBe(0);
  await thread.end();
  await all;
  expect(closed).toBe(1);
  await durability.all();
  expect(thread.works).toHaveLength(1);
});

test('a cut takes back what was durable, and a round that ran over it does not bring it back', async () => {
  const { thread, log, durability } = setUp();
  log.endOffset = 100;
  durability.request();
  await thread.begun(1);
  durability.truncated(40);
  log.endOffset = 40;
  await thread.end();
  expect(durability.durableOffset).toBe(40);
  log.endOffset = 60;
  const more = settled(durability.until(60));
  expect(await more.now()).toBe('pending');
  await thread.end();
  expect(await more.now()).toBe('resolved');
});

test('a cut rejects those who wait for what it takes, in the round that runs and in the next, and nobody else', async () => {
  const { thread, log, durability } = setUp();
  log.endOffset = 10;
  const first = [5, 6, 10].map((offset) => settled(durability.until(offset)));
  await thread.begun(1);
  log.endOffset = 20;
  const second = [4, 20].map((offset) => settled(durability.until(offset)));
  const all = settled(durability.all());
  const states = async (): Promise<string[]> => Promise.all([...first, ...second, all].map((each) => each.now()));
  durability.truncated(5);
  durability.cut(5);
  log.endOffset = 5;
  expect(await states()).toEqual(['pending', 'rejected', 'rejected', 'pending', 'rejected', 'pending']);
  expect(first[1].reason).toMatchObject({ code: 'ERR_MILLRACE_TRUNCATED', path: '/data/t-0' });
  expect(String(first[2].reason)).toContain('offset 9 is no more: /data/t-0 was cut at offset 5');
  await thread.end();
  expect(await states()).toEqual(['resolved', 'rejected', 'rejected', 'resolved', 'rejected', 'resolved']);
  expect(durability.durableOffset).toBe(5);
});

test('a receipt of what was cut does not take another record of its offset for its own, however often the log was cut', async () => {
  const rig = new TempLog();
  const append = (count: number) => Array.from({ length: count }, (_, i) => rig.log.append(numbered(1, i)));
  const outcome = async (receipt: Receipt): Promise<string> => receipt.durable.then(() => 'durable', codeOf);
  const first = append(10);
  const early = outcome(first[9]);
  await first[7].durable;
  rig.log.truncateTo(8);
  const second = append(4);
  rig.log.truncateTo(5);
  const third = append(20);
  rig.log.truncateTo(20);
  await rig.log.flush();
  expect(await early).toBe('durable');
  expect(await Promise.all(first.map(outcome))).toEqual([...Array(5).fill('durable'), ...Array(5).fill(TRUNCATED)]);
  expect(await Promise.all(second.map(outcome))).toEqual(Array(4).fill(TRUNCATED));
  expect(await Promise.all(third.map(outcome))).toEqual([...Array(15).fill('durable'), ...Array(5).fill(TRUNCATED)]);
  const pending = outcome(rig.log.append(numbered(1)));
  rig.log.truncateFullyAndStartAt(50);
  expect(await pending).toBe(TRUNCATED);
  expect(await Promise.all([...third, ...append(1)].map(outcome))).toEqual([...Array(20).fill(TRUNCATED), 'durable']);
});

test('a closed log rejects its waiters, and claims no durability to those who ask later', async () => {
  const { thread, log, durability } = setUp();
  const gone = new MillraceError('ERR_MILLRACE_CLOSED', 'gone');
  log.endOffset = 10;
  const waiting = durability.until(10);
  durability.close(gone);
  await expect(waiting).rejects.toBe(gone);
  await expect(durability.until(10)).rejects.toBe(gone);
  expect(thread.works).toEqual([]);
});

test('a round that runs when the log is closed still answers', async () => {
  const { thread, log, durability } = setUp();
  log.endOffset = 10;
  const waiting = durability.until(10);
  await thread.begun(1);
  durability.close(new Error('gone'));
  const late = durability.until(10);
  await thread.end();
  await Promise.all([waiting, late]);
  expect(durability.durableOffset).toBe(10);
});

test('records beyond a round that ran at the close are not called durable', async () => {
  const { thread, log, durability } = setUp();
  const gone = new Error('gone');
  log.endOffset = 10;
  durability.request();
  await thread.begun(1);
  log.endOffset = 20;
  durability.close(gone);
  await expect(durability.until(20)).rejects.toBe(gone);
  await thread.end();
  await expect(durability.until(20)).rejects.toBe(gone);
});

/** The real thread, whose n-th round fails. */
class FailingThread implements FlushThread {
  readonly #thread: FlushThread;
  #left: number;

  constructor(thread: FlushThread, rounds: number) {
    this.#thread = thread;
    this.#left = rounds;
  }

  flush(work: FlushWork, done: (error: Error | null, elapsedMs: number) => void): void {
    const fails = this.#left-- === 0;
    this.#thread.flush(work, (error, elapsedMs) => done(fails ? new Error('EIO: i/o error') : error, elapsedMs));
  }

  close(): void {
    this.#thread.close();
  }
}

test('a flush that fails takes the log offline: no append, no durability, reads go on', async () => {
  const rig = new TempLog({}, { wrapFlushThread: (thread) => new FailingThread(thread, 1) });
  await rig.log.append(numbered(2)).durable;
  const lost = rig.log.append(numbered(2, 2));
  await expect(lost.durable).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
  expect(() => rig.log.append(numbered(1))).toThrow('offline');
  expect(() => rig.log.appendBatches(Buffer.alloc(61))).toThrow('offline');
  expect(() => rig.log.truncateTo(1)).toThrow('offline');
  expect(() => rig.log.deleteRecords(1)).toThrow('offline');
  await expect(rig.log.checkpoint()).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
  expect(rig.log.durableOffset).toBe(2);
  expect(rig.values()).toEqual(['0', '1', '2', '3']);
  await rig.log.close();
  await expect(lost.durable).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
});

test('two logs that ask in one turn share a round of the flusher', async () => {
  const rig = new TempLog();
  const other = new TempLog({}, { flusher: rig.flusher });
  const receipts = [rig.log.append(numbered(3)), other.log.append(numbered(4))];
  await Promise.all(receipts.map((receipt) => receipt.durable));
  expect(rig.flusher.statistics).toMatchObject({ rounds: 1, files: 2, wholeFileSystem: 0 });
  expect([rig.log.durableOffset, other.log.durableOffset]).toEqual([3, 4]);
});
