/** Producers whose batches bear an id and sequences. */
import { expect, test } from 'vitest';
import { failure, ProducerRig, turn } from './producer-rig.ts';

function stamps(rig: ProducerRig, partition = 0): number[][] {
  const log = rig.log(partition);
  return Array.from(log.read(log.startOffset), ({ producerId, producerEpoch, baseSequence, recordCount }) => [
    producerId,
    producerEpoch,
    baseSequence,
    recordCount,
  ]);
}

test('batches of each partition have sequences of their own, one after another', async () => {
  const rig = new ProducerRig({ partitions: 2 });
  const producer = rig.producer({ idempotent: true });
  for (let round = 0; round < 3; round++) {
    const sent = [0, 1].map((partition) =>
      producer.send('orders', [
        { value: 'a', partition },
        { value: 'b', partition },
      ]),
    );
    await producer.flush();
    await Promise.all(sent);
  }
  for (const partition of [0, 1]) {
    expect(stamps(rig, partition)).toEqual([
      [100, 0, 0, 2],
      [100, 0, 2, 2],
      [100, 0, 4, 2],
    ]);
    expect(rig.log(partition).activeProducers).toMatchObject([{ producerId: 100, lastSequence: 5 }]);
  }
});

test('each producer takes an id, when it writes for the first time', async () => {
  const rig = new ProducerRig();
  const producers = [rig.producer({ idempotent: true }), rig.producer({ idempotent: true }), rig.producer()];
  expect(rig.nextProducerId).toBe(100);
  for (const producer of producers.toReversed()) {
    const sent = producer.send('orders', { value: 'a' });
    await producer.flush();
    await sent;
  }
  expect(stamps(rig).map(([producerId]) => producerId)).toEqual([-1, 100, 101]);
});

test('a batch that waited for a full disk has the sequence that it was opened with', async () => {
  const rig = new ProducerRig();
  const producer = rig.producer({ idempotent: true, lingerMs: 0 });
  await producer.send('orders', { value: 'first' });
  rig.system.capacity = rig.system.used;
  const waiting = Promise.all([
    producer.send('orders', { value: 'x'.repeat(200_000) }),
    producer.send('orders', { value: 'after' }),
  ]);
  await turn();
  expect(rig.log().endOffset).toBe(1);
  rig.system.capacity = Infinity;
  rig.clock.advance(1000);
  await turn();
  rig.clock.advance(1000);
  await producer.flush();
  await waiting;
  expect(stamps(rig).map(([, epoch, sequence]) => [epoch, sequence])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
  ]);
});

test('a record that is refused takes no sequence', async () => {
  const rig = new ProducerRig();
  const producer = rig.producer({ idempotent: true });
  const sent = producer.send('orders', { value: 'a' });
  expect(await failure(producer.send('orders', { value: 7 as never }))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(await failure(producer.send('orders', { value: 'x'.repeat(2_000_000) }))).toBe('ERR_MILLRACE_TOO_LARGE');
  const after = producer.send('orders', { value: 'b' });
  await producer.flush();
  await Promise.all([sent, after]);
  expect(rig.log().activeProducers).toMatchObject([{ lastSequence: 1 }]);
});

test('when the log is cut under it, it goes on under the next epoch (KIP-360)', async () => {
  const rig = new ProducerRig({ partitions: 2 });
  const producer = rig.producer({ idempotent: true });
  const send = async (value: string, partition: number): Promise<void> => {
    const sent = producer.send('orders', { value, partition });
    await producer.flush();
    await sent;
  };
  for (const value of ['a', 'b', 'c']) await send(value, 0);
  await send('other', 1);
  rig.log().truncateTo(1);
  await send('d', 0);
  await send('e', 0);
  await send('other', 1);
  expect(rig.values()).toEqual(['a', 'd', 'e']);
  expect(stamps(rig)).toEqual([
    [100, 0, 0, 1],
    [100, 1, 0, 1],
    [100, 1, 1, 1],
  ]);
  expect(stamps(rig, 1)).toEqual([
    [100, 0, 0, 1],
    [100, 1, 0, 1],
  ]);
});
