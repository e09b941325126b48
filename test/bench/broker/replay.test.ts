/** The brokers that cost nothing: they pass on and keep, then say again what they were told, and keep nothing of what is produced. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { replay, ReplayBroker } from '../../../bench/broker/replay.mjs';
import { Stage } from '../../../bench/broker/stage.mjs';
import { createTopic } from '../../../bench/broker/topics.mjs';
import { WireConnection } from '../../../bench/broker/wire-connection.mjs';

const encoding = { baseOffset: 0, leaderEpoch: 0, timestamp: 1_000, timestampType: 'CreateTime' } as const;

function batchOf(text: string): Buffer {
  const records = [{ value: Buffer.from(text.repeat(1_000)) }];
  return Buffer.from(encodeBatches(records, { ...encoding, batchBytesMax: 10_000, compression: 'none' })[0]);
}

async function produced(connection: WireConnection, name: string, text: string): Promise<number> {
  const topicData = [{ name, partitionData: [{ index: 0, records: batchOf(text) }] }];
  const request = { transactionalId: null, acks: 1, timeoutMs: 5_000, topicData };
  const { responses }: any = await connection.ask(produce, 9, request);
  return responses[0].partitionResponses[0].baseOffset;
}

async function fetched(connection: WireConnection, topic: string, fetchOffset: number): Promise<string> {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 }];
  const request = { maxWaitMs: 0, minBytes: 1, topics: [{ topic, partitions }] };
  const { responses }: any = await connection.ask(fetch, 12, request);
  const records: Buffer | null = responses[0].partitions[0].records;
  // Behind the value there is the count of headers.
  return records === null || records.length === 0 ? '' : String.fromCharCode(records.at(-2)!);
}

async function saysAgain(language: 'C' | 'Node'): Promise<void> {
  const stage = new Stage(tmpdir());
  const broker = await ReplayBroker.start(stage, join(stage.directory, 'data'), language);
  const connected: WireConnection[] = [];
  const connection = async (): Promise<WireConnection> => {
    connected.push(await WireConnection.open(broker.address));
    return connected.at(-1)!;
  };
  try {
    const load = {
      async produce(_address: string, { topic }: { topic: string }) {
        for (const text of ['a', 'b', 'c']) await produced(await connection(), topic, text);
      },
      async consume(_address: string, { topic }: { topic: string }) {
        const reader = await connection();
        for (const offset of [0, 1]) await fetched(reader, topic, offset);
      },
    };
    await broker.record(load, { topic: 'recorded' });
    const reader = await connection();
    const found = [];
    for (let offset = 0; offset < 3; offset++) found.push(await fetched(reader, 'recorded', offset));
    // The third was not recorded: it is passed on. Another connection begins anew, wherever it is asked to.
    expect([...found, await fetched(await connection(), 'recorded', 2)]).toEqual(['a', 'b', 'c', 'a']);

    await createTopic(broker.address, 'sent');
    const writer = await connection();
    const offsets = [];
    for (const text of ['x', 'y', 'z']) offsets.push(await produced(writer, 'sent', text));
    expect(offsets).toEqual([0, 0, 0]);
    expect(await fetched(reader, 'sent', 0)).toBe('x');
    expect(await fetched(reader, 'sent', 1)).toBe('');
  } finally {
    for (const each of connected) each.close();
    await stage.close();
  }
}

// It is compiled where it runs.
test.skipIf(replay.lack() !== null)(
  'the one in C says again what a consumer was told, and keeps nothing of what it takes',
  () => saysAgain('C'),
  60_000,
);

test('so does the one in Node', () => saysAgain('Node'), 60_000);
