import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { Ledger } from '#millrace/producer/ledger.js';
import { Linger } from '#millrace/producer/linger.js';
import { PartitionWriter, type WriterContext, type WriterPlace } from '#millrace/producer/partition-writer.js';
import type { ProducerBatch } from '#millrace/producer/producer-batch.js';
import { checkProducerOptions, type ProducerOptions } from '#millrace/producer/producer-options.js';
import { ProducerRig } from './producer-rig.ts';

/** A writer whose place seals when it is asked to, and keeps what it was told. */
function writerOf(rig: ProducerRig, options: ProducerOptions = {}) {
  const ledger = new Ledger(1_000_000, () => undefined);
  const checked = checkProducerOptions({ random: () => 0.5, ...options }, rig.messages.logger);
  const left: number[] = [];
  const ended: [count: number, error: Error | null][] = [];
  const context: WriterContext = {
    logs: rig,
    clock: rig.clock,
    options: checked,
    ledger,
    linger: new Linger(rig.clock, checked.lingerMs),
    identity: null,
    ended: ({ partition }) => left.push(partition),
  };
  const place: WriterPlace & { round: number } = {
    topic: 'orders',
    partition: 0,
    counters: ledger.counters.topic('orders'),
    acknowledges: 'visible',
    round: 7,
    seal: (reason) => writer.seal(reason),
    ended(batch: ProducerBatch, error) {
      ended.push([batch.count, error]);
      writer.ended(batch, error === null);
    },
  };
  const writer = new PartitionWriter(place, context);
  const add = (value: string): Promise<unknown> => {
    const delivery = ledger.begin(null, value.length + 30);
    writer.add({ value }, delivery, 0, value.length + 30, rig.clock.now());
    return delivery.promise;
  };
  const addRun = (values: string[], to = values.length): [next: number, promise: Promise<unknown>] => {
    const records = values.map((value) => ({ value }));
    const sizes = values.map((value) => value.length + 30);
    const delivery = ledger.begin(values.length, 0);
    return [writer.addRun({ records, sizes, delivery, now: rig.clock.now() }, 0, to), delivery.promise];
  };
  return { writer, ledger, context, ended, left, add, addRun };
}

test('a batch is there from its first record until it has ended, and one without a record is not sealed', async () => {
  const rig = new ProducerRig();
  const { writer, add, ended } = writerOf(rig);
  expect(writer.batch).toBeNull();
  expect(writer.isFullFor(1_000_000)).toBe(false);
  writer.seal('flush');
  expect(rig.logs.size).toBe(0);
  const sent = add('a');
  expect(writer.batch?.count).toBe(1);
  expect(writer.flushesEach).toBe(false);
  writer.seal('flush');
  expect(writer.batch).toBeNull();
  expect(ended).toEqual([[1, null]]);
  expect(await sent).toMatchObject({ offset: 0 });
});

test('batches have the size that was asked for, record by record and in runs', async () => {
  const rig = new ProducerRig();
  const { writer, add, addRun, ended } = writerOf(rig, { batchSize: 400 });
  const values = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(120));
  const sent = values.map((value) => add(value));
  expect(ended).toEqual([[2, null]]);
  expect(writer.isFullFor(10)).toBe(false);
  expect(writer.isFullFor(150)).toBe(true);
  writer.seal('flush');
  const [next, run] = addRun([...values, 'e']);
  expect(next).toBe(2);
  expect(writer.batch?.count).toBe(2);
  writer.seal('flush');
  expect(rig.batchSizes()).toEqual([2, 2, 2]);
  expect(await Promise.all(sent)).toMatchObject([0, 1, 2, 3].map((offset) => ({ offset })));
  // The others of its records were nobody's yet.
  expect(await Promise.race([run, Promise.resolve('open')])).toBe('open');
});

test('a run stops before a record with a timestamp of its own, and where no batch can be opened', () => {
  const rig = new ProducerRig();
  const { writer, ledger, addRun, left, add } = writerOf(rig);
  const delivery = ledger.begin(3, 0);
  const records = [{ value: 'a' }, { value: 'b', timestamp: 5 }, { value: 'c' }];
  const send = { records, sizes: [31, 31, 31], delivery, now: rig.clock.now() };
  expect(writer.addRun(send, 0, 3)).toBe(1);
  expect(writer.addRun(send, 1, 3)).toBe(1);
  expect(writer.batch?.count).toBe(1);
  writer.seal('flush');
  left.length = 0;
  rig.log().abandon(new MillraceError('ERR_MILLRACE_CLOSED', 'as the test wants it'));
  rig.broken.set(0, new MillraceError('ERR_MILLRACE_OFFLINE', 'as the test wants it'));
  expect(addRun(['d'])[0]).toBe(0);
  expect(() => add('d')).toThrow('as the test wants it');
  // So that records without a key go elsewhere.
  expect(left).toEqual([0, 0]);
});

test('where a seal fails for a reason that may pass it throws, and the batch knows since when', async () => {
  const rig = new ProducerRig();
  const { writer, add, ended } = writerOf(rig, { compression: 'gzip' });
  const sent = add('a');
  rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
  expect(() => writer.seal('flush')).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
  expect(writer.batch).toMatchObject({ isOpen: true, stuckSince: 7, reason: 'flush' });
  expect(ended).toEqual([]);
  rig.system.fault = null;
  writer.seal('full');
  expect(ended).toEqual([[1, null]]);
  expect(await sent).toMatchObject({ offset: 0 });
});

test('where a seal fails for good the batch is lost, and nobody is thrown at', async () => {
  const rig = new ProducerRig();
  const { writer, add, ended } = writerOf(rig, { compression: 'gzip' });
  const sent = add('a').catch((error: unknown) => error);
  rig.system.fault = (operation) => (operation === 'fallocate' ? 'EACCES' : null);
  writer.seal('flush');
  expect(writer.batch).toBeNull();
  expect(ended).toMatchObject([[1, { code: 'ERR_MILLRACE_IO' }]]);
  expect(await sent).toMatchObject({ code: 'ERR_MILLRACE_IO' });
});

test('what somebody else has sealed is followed by another batch, in the log as it is opened again', async () => {
  const rig = new ProducerRig();
  const { writer, add } = writerOf(rig);
  const first = add('a');
  rig.log().append([{ value: 'between' }]);
  expect(await first).toMatchObject({ offset: 0 });
  const second = add('b');
  await rig.log().close();
  expect(await second).toMatchObject({ offset: 2 });
  const third = add('c');
  writer.seal('flush');
  expect(await third).toMatchObject({ offset: 3 });
  expect(rig.values()).toEqual(['a', 'between', 'b', 'c']);
});
