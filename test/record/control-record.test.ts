import { describe, expect, test } from 'vitest';
import {
  decodeControlRecord,
  decodeControlType,
  decodeCoordinatorEpoch,
  encodeControlBatch,
  type ControlBatch,
} from '#millrace/record/control-record.js';
import { batchOf, bytesOf, codeOf } from './random.ts';

const marker: ControlBatch = {
  type: 'commit',
  coordinatorEpoch: 5,
  producerId: 9,
  producerEpoch: 2,
  baseOffset: 3,
  leaderEpoch: 1,
  timestamp: 1000,
};

describe('a transaction marker', () => {
  test('is written as Kafka writes it', () => {
    expect(Buffer.from(encodeControlBatch(marker))).toEqual(
      bytesOf(`
        00 00 00 00 00 00 00 03 | 00 00 00 42 | 00 00 00 01 | 02 | 39 3d 34 b5 | 00 30 | 00 00 00 00
        00 00 00 00 00 00 03 e8 | 00 00 00 00 00 00 03 e8 | 00 00 00 00 00 00 00 09 | 00 02 | ff ff ff ff | 00 00 00 01
        20 | 00 | 00 | 00 | 08 00 00 00 01 | 0c 00 00 00 00 00 05 | 00`),
    );
  });

  test.each(['abort', 'commit'] as const)('%s comes back', (type) => {
    const batch = batchOf(encodeControlBatch({ ...marker, type }));
    expect(batch).toMatchObject({ isControl: true, isTransactional: true, producerId: 9, baseSequence: -1 });
    expect([...batch].map(decodeControlRecord)).toEqual([{ type, coordinatorEpoch: 5 }]);
  });

  test('other kinds and later versions are told apart, not refused', () => {
    expect(decodeControlType(bytesOf('00 00 00 02'))).toBe('other');
    expect(decodeControlType(bytesOf('00 01 00 00 | 07'))).toBe('abort');
    expect(decodeCoordinatorEpoch(bytesOf('00 01 00 00 00 07 | ff'))).toBe(7);
  });

  test.each([null, Buffer.alloc(0), Buffer.alloc(3), bytesOf('ff ff 00 00')])('the key %o is corruption', (key) => {
    expect(codeOf(() => decodeControlType(key))).toBe('ERR_MILLRACE_CORRUPT');
  });

  test.each([null, Buffer.alloc(5), bytesOf('80 00 00 00 00 00')])('the value %o is corruption', (value) => {
    expect(codeOf(() => decodeCoordinatorEpoch(value))).toBe('ERR_MILLRACE_CORRUPT');
  });
});
