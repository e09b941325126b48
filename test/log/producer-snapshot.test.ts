/** Snapshots that Kafka 4.2 wrote, and what is none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeProducerSnapshot } from '#millrace/log/producer-snapshot.js';
import { FIXTURE } from '../compat/expected-log.ts';

const path = join(FIXTURE, 'clean/log-dir/transactions-0/00000000000000000017.snapshot');
const bytes = readFileSync(path);

test('has the producers that Kafka knew', () => {
  const { version, crc, entries } = decodeProducerSnapshot(bytes, path);
  expect([version, crc]).toEqual([1, bytes.readUInt32BE(2)]);
  expect(entries).toEqual([
    {
      producerId: 0,
      producerEpoch: 0,
      lastSequence: 6,
      lastOffset: 16,
      offsetDelta: 0,
      lastTimestamp: 1_795_618_009_542,
      coordinatorEpoch: -1,
      currentTransactionFirstOffset: 0,
    },
    expect.objectContaining({
      producerId: 1,
      lastSequence: 5,
      lastOffset: 13,
      offsetDelta: 2,
      currentTransactionFirstOffset: 3,
    }),
    expect.objectContaining({
      producerId: 2,
      lastSequence: 3,
      lastOffset: 15,
      offsetDelta: 1,
      currentTransactionFirstOffset: -1,
    }),
  ]);
});

test('every flipped bit is found out', () => {
  for (let i = 0; i < bytes.length * 8; i++) {
    const changed = Buffer.from(bytes);
    changed[i >> 3] ^= 1 << (i & 7);
    expect(() => decodeProducerSnapshot(changed, path)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path }),
    );
  }
});

test('a cut one says where, whatever its length', () => {
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeProducerSnapshot(bytes.subarray(0, length), path)).toThrow(/producer snapshot .* (ends|has)/);
  }
});
