import { expect, test } from 'vitest';
import { PartitionSet } from '#millrace/transaction/partition-set.js';
import { decodeTransaction, encodeKey, encodeValue } from '#millrace/transaction/transaction-log-format.js';
import { newMetadata, type TransactionMetadata } from '#millrace/transaction/transaction-metadata.js';
import { transactionStates } from '#millrace/transaction/transaction-state.js';

const full: TransactionMetadata = {
  ...newMetadata(1_000, 60_000, 1_700_000_000_123),
  previousProducerId: 1_000,
  nextProducerId: 2_000,
  producerEpoch: 32_767,
  state: 'PrepareCommit',
  partitions: new PartitionSet([
    { topic: 'orders', partition: 0 },
    { topic: 'orders', partition: 3 },
    { topic: '__consumer_offsets', partition: 49 },
  ]),
  startedAt: 1_700_000_000_000,
  clientVersion: 2,
};

test('the key of version 0', () => {
  expect(encodeKey('mover').toString('hex')).toBe(`00000005${Buffer.from('mover').toString('hex')}`);
});

test('value 1, byte by byte', () => {
  const one = { ...full, partitions: new PartitionSet([{ topic: 'a', partition: 7 }]) };
  const fields = ['0001', '00000000000003e8', '7fff', '0000ea60', '02', '02', '0261', '02', '00000007', '00'];
  const times = ['0000018bcfe5687b', '0000018bcfe56800'];
  const tagged = ['03', '000800000000000003e8', '010800000000000007d0', '02020002'];
  expect(encodeValue(one, 2).toString('hex')).toBe([...fields, ...times, ...tagged].join(''));
});

test('value 0, byte by byte', () => {
  const empty = { ...newMetadata(5, 1_000, 2), producerEpoch: 0 };
  const fields = ['0000', '0000000000000005', '0000', '000003e8', '00', 'ffffffff'];
  expect(encodeValue(empty, 0).toString('hex')).toBe([...fields, '0000000000000002', 'ffffffffffffffff'].join(''));
});

test('what is written is read again, in each state', () => {
  for (const state of transactionStates) {
    const written = state === 'Empty' ? { ...full, state, partitions: PartitionSet.none } : { ...full, state };
    const read = decodeTransaction(encodeKey('Grüße'), encodeValue(written, 1));
    expect(read).toEqual({
      kind: 'transaction',
      transactionalId: 'Grüße',
      metadata: expect.objectContaining({ state }),
    });
    if (read.kind !== 'transaction') continue;
    const { partitions, ...others } = written;
    expect(read.metadata).toMatchObject(others);
    expect([...read.metadata.partitions]).toEqual([...partitions]);
  }
});

test('version 0 does not tell ids that come before and after, nor the version of the client', () => {
  const read = decodeTransaction(encodeKey('a'), encodeValue(full, 0));
  expect(read).toMatchObject({ metadata: { previousProducerId: -1, nextProducerId: -1, clientVersion: 0 } });
});

test('tombstones, and versions of a later Kafka', () => {
  expect(decodeTransaction(encodeKey('a'), null)).toEqual({ kind: 'tombstone', transactionalId: 'a' });
  expect(decodeTransaction(Buffer.from([0, 1, 0, 1, 0x61]), null)).toEqual({
    kind: 'unknown',
    what: 'key',
    version: 1,
  });
  expect(decodeTransaction(encodeKey('a'), Buffer.from([0, 2]))).toEqual({
    kind: 'unknown',
    what: 'value',
    version: 2,
  });
});

test('fields that a later Kafka adds are passed over', () => {
  const bytes = encodeValue({ ...full, nextProducerId: -1 }, 2);
  const tags = Buffer.from([3, 0, 8, ...bytes.subarray(bytes.length - 12, bytes.length - 4), 2, 2, 0, 2, 9, 1, 77]);
  const later = Buffer.concat([bytes.subarray(0, bytes.length - 15), tags]);
  expect(decodeTransaction(encodeKey('a'), later)).toMatchObject({
    metadata: { previousProducerId: 1_000, nextProducerId: -1, clientVersion: 2 },
  });
});

test('damage is told, wherever it cuts', () => {
  for (const version of [0, 1] as const) {
    const value = encodeValue(full, version);
    for (let size = 0; size < value.length; size++) {
      expect(() => decodeTransaction(encodeKey('a'), value.subarray(0, size)), `${size}`).toThrow(
        expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }),
      );
    }
  }
  expect(() => decodeTransaction(null, null)).toThrow('has no key');
  const state = Buffer.from(encodeValue(full, 1));
  state[16] = 8;
  expect(() => decodeTransaction(encodeKey('a'), state)).toThrow('has the state 8');
  expect(() => decodeTransaction(encodeKey('a'), encodeValue({ ...full, clientVersion: 3 as 2 }, 1))).toThrow(
    'has the transaction version 3',
  );
});
