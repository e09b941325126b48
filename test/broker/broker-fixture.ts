/** A broker in memory for a test file, and batches as a client would send them. */
import { onTestFinished } from 'vitest';
import { type Broker, type BrokerOptions, startBroker } from '#millrace/broker/broker.js';
import { type EncodeOptions, encodeBatches } from '#millrace/record/encode-batch.js';
import type { RecordInput } from '#millrace/types.js';
import { BrokerClient } from './broker-client.ts';

export interface Rig {
  readonly broker: Broker;
  readonly client: BrokerClient;
  /** Another connection. */
  connect(): Promise<BrokerClient>;
}

/** Ends with the test. */
export async function rig(options: BrokerOptions = {}): Promise<Rig> {
  const broker = await startBroker({ port: 0, data: 'memory', ...options });
  const clients: BrokerClient[] = [];
  // No hook of this file: those are of the first test file that a process runs, and not of those after it.
  onTestFinished(async () => {
    for (const client of clients) client.close();
    await broker.close();
  });
  const connect = async (): Promise<BrokerClient> => {
    const client = await BrokerClient.connect(broker);
    clients.push(client);
    return client;
  };
  return { broker, client: await connect(), connect };
}

/** One batch of these records. */
export function batch(records: readonly RecordInput[], options: Partial<EncodeOptions> = {}): Buffer {
  const [first] = encodeBatches(records, {
    baseOffset: 0,
    timestamp: Date.now(),
    leaderEpoch: -1,
    timestampType: 'CreateTime',
    compression: 'none',
    batchBytesMax: 10_000_000,
    ...options,
  });
  return Buffer.from(first);
}
