/** A process writes, this one follows: what it appends is here within milliseconds, whatever becomes of the log and of the process. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type FollowedLog, openStore, type ReadOnlyStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('writer-child.mjs', import.meta.url));
/** Generous: where tests run, a process waits for its turn much longer than for records. bench/tail.mjs measures, on a machine at rest. */
const LATENCY_MAX_MS = { median: 20, p99: 300 };
const code = (name: string): unknown => expect.objectContaining({ code: `ERR_MILLRACE_${name}` });

class Writer {
  readonly child: ChildProcess;

  static async start(directory: string): Promise<Writer> {
    const writer = new Writer(directory);
    await writer.#answer();
    return writer;
  }

  private constructor(directory: string) {
    this.child = fork(CHILD, [directory]);
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  /** Runs calls one after another in the other process. */
  async run(...calls: (readonly (string | number)[])[]): Promise<unknown> {
    this.child.send(calls);
    return this.#answer();
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.child.once('message', ({ answer, error }: { answer?: unknown; error?: string }) =>
        error === undefined ? resolve(answer) : reject(new Error(error)),
      );
      this.child.once('exit', (status, signal) => reject(new Error(`the writer ended with ${signal ?? status}`)));
    });
  }
}

/** Reads on as records come; each has the number that its offset wants. */
class Reader {
  readonly log: FollowedLog;
  readonly latenciesMs: number[] = [];
  readonly views: { view: Uint8Array; text: string }[] = [];
  next = 0;

  constructor(log: FollowedLog) {
    this.log = log;
    this.next = log.startOffset;
  }

  async readTo(end: number): Promise<void> {
    while (this.next < end) {
      await this.log.waitFor(this.next);
      const now = process.hrtime.bigint();
      for (const batch of this.log.read(this.next)) {
        for (const { offset, value } of batch) {
          const [number, moment] = String(value).split(' ', 2);
          if (offset !== this.next || Number(number) !== offset)
            throw new Error(`record ${number} at ${offset}, ${this.next} was expected`);
          this.latenciesMs.push(Number(now - BigInt(moment)) / 1e6);
          if (offset % 50 === 0) this.views.push({ view: value!, text: String(value) });
          this.next++;
        }
      }
    }
  }

  checkLatencies(): void {
    const sorted = this.latenciesMs.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length * 0.5)]).toBeLessThan(LATENCY_MAX_MS.median);
    expect(sorted[Math.floor(sorted.length * 0.99)]).toBeLessThan(LATENCY_MAX_MS.p99);
  }

  checkViews(): void {
    expect(this.views.length).toBeGreaterThan(0);
    for (const { view, text } of this.views) expect(Buffer.from(view).toString()).toBe(text);
  }
}

async function follow(directory: string): Promise<ReadOnlyStore> {
  const store = await openStore(directory, { readOnly: true });
  onTestFinished(() => store.close());
  return store;
}

const timeout = 60_000;

test('appends are seen within milliseconds, over rolls and retention', { timeout }, async () => {
  const directory = join(temporaryDirectory(), 'data');
  const writer = await Writer.start(directory);
  await writer.run(['open'], ['create']);
  const store = await follow(directory);
  const reader = new Reader(store.partition('orders', 0));
  const streamed = writer.run(['stream', 500, 2, 300]);
  await reader.readTo(500);
  expect(await streamed).toBe(500);
  reader.checkLatencies();
  reader.log.refresh();
  expect(reader.log.startOffset).toBeGreaterThan(0);
  expect(reader.log.segmentCount).toBeGreaterThan(2);
  expect(() => reader.log.read(0)).toThrow(code('OFFSET_OUT_OF_RANGE'));
  reader.checkViews();
});

test('a writer that stops and starts again, cleanly or by SIGKILL, is followed on', { timeout }, async () => {
  const directory = join(temporaryDirectory(), 'data');
  let writer = await Writer.start(directory);
  await writer.run(['open'], ['create'], ['append', 10]);
  const store = await follow(directory);
  const reader = new Reader(store.partition('orders', 0));
  await reader.readTo(10);
  const waiting = reader.log.waitFor(10);
  await writer.run(['close'], ['open'], ['append', 5]);
  await waiting;
  await reader.readTo(15);

  for (let kill = 0; kill < 2; kill++) {
    const killed = expect(writer.run(['stream', 100_000, 0.5])).rejects.toThrow('SIGKILL');
    await reader.readTo(reader.next + 40);
    await writer.kill();
    await killed;
    // What was seen of the process that is no more was appended, so the next one has it.
    reader.log.refresh();
    const { endOffset } = reader.log;
    await reader.readTo(endOffset);
    writer = await Writer.start(directory);
    expect(await writer.run(['open'])).toBe(false);
    expect(await writer.run(['end'])).toBe(endOffset);
    const woken = reader.log.waitFor(endOffset);
    await writer.run(['count', endOffset], ['append', 3]);
    await woken;
    await reader.readTo(endOffset + 3);
  }
  reader.checkLatencies();
  reader.checkViews();
});

test('a log that is cut is followed from the cut on', { timeout }, async () => {
  const directory = join(temporaryDirectory(), 'data');
  const writer = await Writer.start(directory);
  await writer.run(['open'], ['create'], ['append', 40], ['append', 40], ['roll'], ['append', 40]);
  const store = await follow(directory);
  const reader = new Reader(store.partition('orders', 0));
  await reader.readTo(120);
  expect(await writer.run(['truncate', 60])).toBe(40);
  expect(() => reader.log.read(121)).toThrow(code('OFFSET_OUT_OF_RANGE'));
  expect(reader.log.refresh()).toBe(40);
  reader.next = 40;
  const streamed = writer.run(['stream', 30, 2]);
  await reader.readTo(70);
  expect(await streamed).toBe(70);

  // The cut is seen by who waits at the end, too.
  const waiting = reader.log.waitFor(75);
  await writer.run(['truncate', 0], ['append', 70], ['append', 6]);
  await waiting;
  await reader.log.waitFor(75);
  expect(reader.log.endOffset).toBe(76);
  reader.checkViews();
});

test(
  'who waits for records of a topic that is deleted is told; its views stay, and a new topic is another one',
  { timeout },
  async () => {
    const directory = join(temporaryDirectory(), 'data');
    const writer = await Writer.start(directory);
    await writer.run(['open'], ['create'], ['append', 50], ['append', 50]);
    const store = await follow(directory);
    const old = new Reader(store.partition('orders', 0));
    await old.readTo(100);
    const waiting = expect(old.log.waitFor(100)).rejects.toThrow(code('CLOSED'));
    await writer.run(['delete']);
    await waiting;
    expect(() => old.log.read(0)).toThrow('its topic was deleted');
    expect(() => store.partition('orders', 0)).toThrow(code('UNKNOWN_TOPIC'));
    old.checkViews();

    await writer.run(['create'], ['append', 20]);
    const reader = new Reader(store.partition('orders', 0));
    await reader.readTo(20);

    // Deleted and made again before anybody looked: it is not read on as if it were the same.
    await writer.run(['delete'], ['create'], ['append', 30]);
    await expect(reader.log.waitFor(20)).rejects.toThrow(code('CLOSED'));
    expect(store.partition('orders', 0).endOffset).toBe(30);
    old.checkViews();
  },
);
