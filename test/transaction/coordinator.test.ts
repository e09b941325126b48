import { expect, test } from 'vitest';
import { ID, P0, P1, Rig, short } from './coordinator-rig.ts';

test('a transaction is begun by its first partition, and its end gives the next epoch', () => {
  const rig = new Rig();
  expect(short(rig.init())).toBe('100/0');
  expect(rig.add(100, 0).error).toBe(null);
  expect(rig.add(100, 0, [P0, P1]).error).toBe(null);
  // Partitions that are in it already are not written again.
  expect(rig.add(100, 0, [P1]).error).toBe(null);
  expect(short(rig.end('commit', 100, 0))).toBe('100/1');
  expect(rig.states()).toEqual(['Empty', 'Ongoing', 'Ongoing', 'PrepareCommit', 'CompleteCommit']);
  // The markers bear the new epoch: nothing of the old one can follow them.
  expect(rig.markers).toEqual([
    { transactionalId: ID, type: 'commit', producerId: 100, producerEpoch: 1, version: 2, partitions: [P0, P1] },
  ]);
  expect(rig.add(100, 1).error).toBe(null);
  expect(short(rig.end('abort', 100, 1))).toBe('100/2');
  expect(rig.markers[1]).toMatchObject({ type: 'abort', producerEpoch: 2, partitions: [P0] });
});

test('nothing is answered, and no marker sent, before the decision is written', () => {
  const rig = new Rig();
  rig.init();
  rig.add(100, 0);
  const step = rig.endStep('commit', 100, 0);
  expect(step.do).toBe('write');
  if (step.do !== 'write') return;
  expect(step.write.value?.state).toBe('PrepareCommit');
  expect(rig.metadata.state).toBe('Ongoing');
  for (const answer of [rig.init(), rig.add(100, 0, [P1]), rig.end('commit', 100, 0), rig.end('abort', 100, 0)])
    expect(answer.error).toBe('CONCURRENT_TRANSACTIONS');
  const next = rig.write(step.write);
  expect(next).toMatchObject({ do: 'mark', answer: { producerId: 100, producerEpoch: 1 } });
  expect(rig.metadata.state).toBe('PrepareCommit');
  // The markers are not written yet: the next transaction has to wait.
  expect(rig.add(100, 1).error).toBe('CONCURRENT_TRANSACTIONS');
  expect(rig.coordinator.marked(ID, P0)?.value?.state).toBe('CompleteCommit');
});

test('a write that fails changes nothing', () => {
  const rig = new Rig();
  const first = rig.coordinator.init({ transactionalId: ID, timeoutMs: 1 });
  if (first.do === 'write') rig.coordinator.failed(first.write);
  expect(rig.coordinator.get(ID)).toBe(undefined);
  expect(short(rig.init())).toBe('101/0');
  rig.add(101, 0);
  const step = rig.endStep('commit', 101, 0);
  if (step.do === 'write') rig.coordinator.failed(step.write);
  expect(rig.metadata).toMatchObject({ state: 'Ongoing', producerEpoch: 0 });
  expect(short(rig.end('commit', 101, 0))).toBe('101/1');
});

test('an end that is asked for again is answered again, if it is the same end', () => {
  const rig = new Rig();
  rig.init();
  rig.add(100, 0);
  rig.end('commit', 100, 0);
  expect(short(rig.end('commit', 100, 0))).toBe('100/1');
  expect(rig.end('abort', 100, 0).error).toBe('INVALID_TXN_STATE');
  rig.add(100, 1);
  // The next transaction is open, and a late end of the one before does not touch it.
  expect(rig.end('commit', 100, 0).error).toBe('PRODUCER_FENCED');
  expect(rig.end('abort', 100, 0).error).toBe('PRODUCER_FENCED');
  expect(rig.metadata.state).toBe('Ongoing');
  expect(short(rig.end('abort', 100, 1))).toBe('100/2');
  expect(short(rig.end('abort', 100, 1))).toBe('100/2');
  expect(rig.end('commit', 100, 1).error).toBe('INVALID_TXN_STATE');
});

test('a late request of a transaction that is over finds no transaction (KIP-890)', () => {
  const rig = new Rig();
  rig.init();
  rig.add(100, 0);
  rig.end('abort', 100, 0);
  // A produce request that was on its way would have begun a transaction that nobody ends.
  expect(rig.add(100, 0).error).toBe('PRODUCER_FENCED');
  expect(
    rig.coordinator.verifyPartitions({ transactionalId: ID, producerId: 100, producerEpoch: 0, partitions: [P0] }),
  ).toMatchObject({ answer: { error: 'PRODUCER_FENCED' } });
  expect(rig.metadata.state).toBe('CompleteAbort');
});

test('an abort of nothing gives a new epoch, and does not fence the producer itself', () => {
  const rig = new Rig();
  rig.init();
  expect(short(rig.end('abort', 100, 0))).toBe('100/1');
  expect(rig.states()).toEqual(['Empty', 'PrepareAbort', 'CompleteAbort']);
  expect(rig.markers).toEqual([]);
  expect(rig.end('commit', 100, 1).error).toBe('INVALID_TXN_STATE');
  expect(rig.add(100, 1).error).toBe(null);
  expect(short(rig.end('commit', 100, 1))).toBe('100/2');
  expect(short(rig.end('abort', 100, 2))).toBe('100/3');
});

test('a new producer aborts what the last one left open, and asks again', () => {
  const rig = new Rig();
  rig.init();
  rig.add(100, 0);
  expect(rig.init().error).toBe('CONCURRENT_TRANSACTIONS');
  expect(rig.markers).toMatchObject([{ type: 'abort', producerEpoch: 1, partitions: [P0] }]);
  expect(short(rig.init())).toBe('100/2');
  for (const epoch of [0, 1]) {
    expect(rig.add(100, epoch).error).toBe('PRODUCER_FENCED');
    expect(rig.end('commit', 100, epoch).error).toBe('PRODUCER_FENCED');
    expect(rig.init([100, epoch]).error).toBe('PRODUCER_FENCED');
  }
});

test('a producer that goes on after an error keeps its place (KIP-360)', () => {
  const rig = new Rig();
  rig.init();
  expect(short(rig.init([100, 0]))).toBe('100/1');
  // The answer did not reach it.
  expect(short(rig.init([100, 0]))).toBe('100/1');
  expect(short(rig.init())).toBe('100/2');
  expect(rig.init([100, 1]).error).toBe('PRODUCER_FENCED');
  expect(rig.init([99, 2]).error).toBe('PRODUCER_FENCED');
});

test('a transaction that has run out of time is aborted, and the producer that comes with its epoch goes on', () => {
  const rig = new Rig();
  rig.init(null, 5_000);
  rig.add(100, 0);
  rig.now += 5_000;
  expect(rig.coordinator.timedOut()).toEqual([]);
  rig.now += 1;
  expect(rig.coordinator.timedOut()).toEqual([ID]);
  rig.run(rig.coordinator.abortTimedOut(ID)!);
  expect(rig.coordinator.abortTimedOut(ID)).toBe(null);
  expect(rig.metadata).toMatchObject({ state: 'CompleteAbort', producerEpoch: 1 });
  expect(rig.coordinator.get(ID)?.timedOut).toEqual({ producerId: 100, producerEpoch: 0 });
  expect(rig.end('commit', 100, 0).error).toBe('INVALID_TXN_STATE');
  expect(short(rig.init([100, 0]))).toBe('100/1');
});

test('when the epochs are used up, the end of a transaction gives another producer id', () => {
  const rig = new Rig();
  rig.init();
  rig.age(32_766);
  rig.add(100, 32_766);
  expect(short(rig.end('commit', 100, 32_766))).toBe('101/0');
  expect(rig.markers.at(-1)).toMatchObject({ producerId: 100, producerEpoch: 32_767 });
  expect(rig.log.at(-2)?.[1]).toMatchObject({ state: 'PrepareCommit', producerId: 100, nextProducerId: 101 });
  expect(rig.metadata).toMatchObject({ previousProducerId: 100, nextProducerId: -1, lastProducerEpoch: 32_766 });
  // Asked again, with the id that is over.
  expect(short(rig.end('commit', 100, 32_766))).toBe('101/0');
  expect(rig.end('abort', 100, 32_766).error).toBe('INVALID_TXN_STATE');
  expect(rig.add(101, 0).error).toBe(null);
  expect(rig.end('commit', 100, 32_766).error).toBe('INVALID_PRODUCER_ID_MAPPING');
});

test('when the epochs are used up, a new producer gets another producer id', () => {
  const rig = new Rig({ version: 1 });
  rig.init();
  rig.age(32_766);
  expect(rig.metadata.producerEpoch).toBe(32_766);
  rig.add(100, 32_766);
  // To fence is always possible: the last epoch is kept for that.
  expect(rig.init().error).toBe('CONCURRENT_TRANSACTIONS');
  expect(rig.metadata).toMatchObject({ producerEpoch: 32_767, state: 'CompleteAbort' });
  expect(short(rig.init())).toBe('101/0');
});

test('a decided transaction is completed by whoever loads it', () => {
  const rig = new Rig();
  rig.init();
  rig.add(100, 0);
  const step = rig.endStep('commit', 100, 0);
  if (step.do === 'write') rig.write(step.write);
  const { rig: again, steps } = rig.reload();
  expect(steps).toMatchObject([{ do: 'mark', markers: { type: 'commit', producerEpoch: 1, partitions: [P0] } }]);
  expect(again.init().error).toBe('CONCURRENT_TRANSACTIONS');
  again.run(steps[0]);
  expect(again.metadata.state).toBe('CompleteCommit');
  expect(short(again.end('commit', 100, 0))).toBe('100/1');
});

test('a decision whose markers need not be sent is completed by whoever loads it', () => {
  const rig = new Rig();
  rig.init();
  const step = rig.endStep('abort', 100, 0);
  if (step.do === 'write') rig.write(step.write);
  const { rig: again, steps } = rig.reload();
  expect(steps).toMatchObject([{ do: 'write', write: { kind: 'complete', value: { state: 'CompleteAbort' } } }]);
  again.run(steps[0]);
  expect(again.add(100, 1).error).toBe(null);
});

test('an open transaction stays open when it is loaded', () => {
  const rig = new Rig();
  rig.init();
  rig.add(100, 0);
  const { rig: again, steps } = rig.reload();
  expect(steps).toEqual([]);
  expect(short(again.end('commit', 100, 0))).toBe('100/1');
});

test('ids that nobody has used for long are forgotten', () => {
  const rig = new Rig({ expirationMs: 10_000 });
  rig.init();
  rig.now += 9_999;
  expect(rig.coordinator.expireIds()).toEqual([]);
  rig.add(100, 0);
  rig.now += 20_000;
  // Nothing is forgotten that is open.
  expect(rig.coordinator.expireIds()).toEqual([]);
  rig.end('commit', 100, 0);
  rig.now += 10_000;
  const [failing] = rig.coordinator.expireIds();
  expect(rig.init().error).toBe('CONCURRENT_TRANSACTIONS');
  rig.coordinator.failed(failing);
  expect(rig.metadata.state).toBe('CompleteCommit');
  for (const write of rig.coordinator.expireIds()) rig.write(write);
  expect(rig.log.at(-1)).toEqual([ID, null]);
  expect(rig.coordinator.get(ID)).toBe(undefined);
  expect(rig.end('commit', 100, 1).error).toBe('INVALID_PRODUCER_ID_MAPPING');
  expect(rig.add(100, 1).error).toBe('INVALID_PRODUCER_ID_MAPPING');
});

test('requests that cannot be are refused', () => {
  const rig = new Rig();
  const init = (transactionalId: string, timeoutMs: number): unknown =>
    rig.run(rig.coordinator.init({ transactionalId, timeoutMs })).error;
  expect([init('', 1), init(ID, 0), init(ID, 900_001), init(ID, 900_000)]).toEqual([
    'INVALID_REQUEST',
    'INVALID_TRANSACTION_TIMEOUT',
    'INVALID_TRANSACTION_TIMEOUT',
    null,
  ]);
  expect(rig.add(99, 0).error).toBe('INVALID_PRODUCER_ID_MAPPING');
  expect(rig.end('commit', 99, 0).error).toBe('INVALID_PRODUCER_ID_MAPPING');
  const empty = { transactionalId: '', producerId: 1, producerEpoch: 0, partitions: [], clientVersion: 2 } as const;
  expect(rig.coordinator.addPartitions(empty)).toMatchObject({ answer: { error: 'INVALID_REQUEST' } });
  expect(rig.coordinator.end({ ...empty, type: 'abort' })).toMatchObject({ answer: { error: 'INVALID_REQUEST' } });
  expect(rig.coordinator.verifyPartitions(empty)).toMatchObject({ answer: { error: 'INVALID_REQUEST' } });
});

test('a partition can be asked for without being added', () => {
  const rig = new Rig();
  rig.init();
  rig.add(100, 0);
  const asked = { transactionalId: ID, producerId: 100, producerEpoch: 0, partitions: [P0, P1] };
  expect(rig.coordinator.verifyPartitions(asked)).toEqual([P1]);
  expect(rig.coordinator.verifyPartitions({ ...asked, producerId: 7 })).toMatchObject({
    answer: { error: 'INVALID_PRODUCER_ID_MAPPING' },
  });
});

test('before KIP-890 an epoch is a producer’s for all its transactions', () => {
  const rig = new Rig({ version: 0 });
  rig.init();
  rig.add(100, 0);
  expect(short(rig.end('commit', 100, 0))).toBe('-1/-1');
  expect(rig.markers[0]).toMatchObject({ producerEpoch: 0, version: 0 });
  expect(rig.end('commit', 100, 0).error).toBe(null);
  expect(rig.end('abort', 100, 0).error).toBe('INVALID_TXN_STATE');
  rig.add(100, 0);
  expect(rig.init().error).toBe('CONCURRENT_TRANSACTIONS');
  expect(rig.markers[1]).toMatchObject({ type: 'abort', producerEpoch: 1 });
  expect(short(rig.init())).toBe('100/2');
});

test('before KIP-890 an epoch that was taken to fence is not taken twice', () => {
  const rig = new Rig({ version: 1 });
  rig.init();
  rig.add(100, 0);
  for (let i = 0; i < 3; i++) {
    const step = rig.coordinator.init({ transactionalId: ID, timeoutMs: 1 });
    if (step.do === 'write') rig.coordinator.failed(step.write);
    expect(rig.metadata.producerEpoch).toBe(1);
    // It was to be fenced, and stays so.
    expect(rig.end('commit', 100, 0).error).toBe('PRODUCER_FENCED');
  }
  rig.init();
  expect(rig.markers).toMatchObject([{ type: 'abort', producerEpoch: 1 }]);
  rig.init();
  rig.add(100, 2);
  rig.init();
  expect(rig.markers[1]).toMatchObject({ type: 'abort', producerEpoch: 3 });
});

test('when no producer id can be had, nothing has changed', () => {
  let fails = false;
  let next = 100;
  const rig = new Rig({
    nextProducerId: () => {
      if (fails) throw new Error('no ids');
      return next++;
    },
  });
  fails = true;
  expect(() => rig.init()).toThrow('no ids');
  fails = false;
  rig.init();
  rig.age(32_766);
  rig.add(100, 32_766);
  fails = true;
  expect(() => rig.end('commit', 100, 32_766)).toThrow('no ids');
  fails = false;
  expect(short(rig.end('commit', 100, 32_766))).toBe('101/0');
});

test('ids whose partition went to another coordinator are unloaded', () => {
  const rig = new Rig();
  rig.init();
  rig.coordinator.unload((id) => id !== ID);
  expect(rig.coordinator.get(ID)).not.toBe(undefined);
  rig.coordinator.unload((id) => id === ID);
  expect(rig.end('commit', 100, 0).error).toBe('INVALID_PRODUCER_ID_MAPPING');
});
