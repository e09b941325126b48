/** The clients that are loads, at our broker: what they were asked to send is there, and what they count is right. Without Kafka; who cannot be had here is not tried. */
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { clients, startLoad } from '../../../bench/broker/clients.mjs';
import { Stage } from '../../../bench/broker/stage.mjs';
import { createTopic } from '../../../bench/broker/topics.mjs';
import { kafkaJars } from '../../../tools/kafka-jars.mjs';

/** Kafka's jars, if they are here. */
function jars() {
  try {
    return kafkaJars(() => {}, { offline: true });
  } catch {
    return undefined;
  }
}

const kafka = jars();
const isHere = {
  java: kafka !== undefined && clients.java.lack({ offline: true }) === null,
  librdkafka: clients.librdkafka.lack() === null,
};

describe.each(['java', 'librdkafka'] as const)('%s', (client) => {
  // Their programs are no part of a checkout.
  test.skipIf(!isHere[client])(
    'sends all that it is asked for, reads so many, and tells of a topic that is not there',
    async () => {
      const stage = new Stage(tmpdir());
      const broker = await startBroker({
        data: 'memory',
        port: 0,
        config: { 'auto.create.topics.enable': 'false' },
      });
      try {
        const load = await startLoad(stage, client, kafka);
        expect(load.about).toMatch(/\d+\.\d+\.\d+$/);
        await createTopic(broker.address, 't', { partitions: 3 });
        const order = { topic: 't', records: 200, size: 100, lingerMs: 0 };
        const fast = await load.produce(broker.address, { ...order, acks: '1' });
        expect(fast.p99).toBeGreaterThanOrEqual(fast.p50);
        const paced = await load.produce(broker.address, { ...order, acks: 'all', rate: 1000, warm: 100 });
        // So many were due within that time; less is the machine's affair.
        expect(paced.rate).toBeLessThan(1100);
        expect([0, 1, 2].map((partition) => broker.store.partition('t', partition).endOffset)).toEqual([167, 167, 166]);
        expect(await load.consume(broker.address, { topic: 't', records: 500 })).toBeGreaterThan(0);
        await load.stop();
      } finally {
        await stage.close();
        await broker.close();
      }
    },
    180_000,
  );
});
