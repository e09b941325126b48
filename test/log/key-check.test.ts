import { expect, test } from 'vitest';
import type { CompressionName, RecordInput } from '#millrace/types.js';
import { ProducerRig } from '../producer/producer-rig.ts';
import { TestOwner } from '../support/batch-owner.ts';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

const REFUSED = expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_RECORD' }) as Error;
const keyed = numbered(3).map((record, i): RecordInput => ({ ...record, key: `k${i}` }));
const [unkeyed] = numbered(1);
/** One of them has no key, the others have, an empty one among them. */
const mixed: RecordInput[] = [{ key: '', value: 'x' }, ...keyed, { key: null, value: 'y' }, keyed[0]];
const codecs: readonly CompressionName[] = ['none', 'gzip', 'lz4'];

test.each(codecs)('a compacted topic refuses records without a key, codec %s, and writes nothing', (compression) => {
  const rig = new TempLog({ compact: true });
  rig.log.append(keyed, { compression });
  expect(() => rig.log.append([unkeyed], { compression })).toThrow(REFUSED);
  expect(() => rig.log.append(mixed, { compression })).toThrow('records[4] has no key');
  expect(() => rig.log.appendBatches(readyBatches(mixed, { compression }))).toThrow(REFUSED);
  const batches = Buffer.concat([readyBatches(keyed, { compression }), readyBatches([unkeyed], { compression })]);
  expect(() => rig.log.appendBatches(batches)).toThrow('records[0] of a batch has no key');
  expect([rig.log.endOffset, rig.records().length]).toEqual([3, 3]);
  rig.log.appendBatches(readyBatches(keyed, { compression }));
  rig.log.append([{ key: '', value: 'x' }], { compression });
  expect(rig.log.endOffset).toBe(7);
});

test('a leader has checked its batches, other topics take records without keys, and alterTopic counts at once', () => {
  const rig = new TempLog({ compact: true });
  rig.log.appendBatches(readyBatches(numbered(2)), { from: 'leader' });
  rig.log.configure({ ...rig.settings, compact: false });
  rig.log.append([unkeyed]);
  rig.log.appendBatches(readyBatches([unkeyed]));
  rig.log.configure({ ...rig.settings, compact: true });
  expect(() => rig.log.append([unkeyed])).toThrow(REFUSED);
  expect(rig.log.endOffset).toBe(4);
});

test('what is no record at all is told as in any topic, and a marker needs no key of the caller', () => {
  const rig = new TempLog({ compact: true });
  for (const wrong of [null, 7]) {
    expect(() => rig.log.append([wrong as never])).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
    );
  }
  rig.log.endTransaction({ producerId: 1, producerEpoch: 0, type: 'commit' });
  expect(rig.log.endOffset).toBe(1);
});

test('an open batch takes those that have keys, and stays as it was', () => {
  for (const compression of codecs) {
    const rig = new TempLog({ compact: true });
    const owner = new TestOwner();
    const open = rig.log.openBatch({ owner, compression });
    expect(open.addAll(mixed, 0, mixed.length, rig.clock.now())).toBe(4);
    expect(open.addAll(mixed, 4, mixed.length, rig.clock.now())).toBe(4);
    expect(() => open.add(mixed[4], rig.clock.now())).toThrow(REFUSED);
    expect(open.add(mixed[5], rig.clock.now())).toBe(true);
    open.seal();
    expect(rig.records().map(({ key }) => String(key))).toEqual(['', 'k0', 'k1', 'k2', 'k0']);
  }
});

test('a send without a key is refused alone, to a producer in process', async () => {
  const rig = new ProducerRig({ settings: { compact: true } });
  const producer = rig.producer();
  const topic = 'orders';
  const sends = [
    producer.send(topic, { key: 'a', value: '1' }),
    producer.send(topic, { value: '2' }),
    producer.send(topic, { key: 'b', value: '3' }),
  ];
  await producer.flush().catch(() => undefined);
  await expect(sends[1]).rejects.toThrow(REFUSED);
  expect([(await sends[0]).offset, (await sends[2]).offset]).toEqual([0, 1]);
  expect([rig.log().endOffset, rig.values()]).toEqual([2, ['1', '3']]);
});
