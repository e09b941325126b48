/** A client that others wrote, over TLS with each mechanism: it makes a topic, writes and reads. */
import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { certificates, tlsConfig } from './certificates.ts';

test.each<SASLOptions['mechanism']>(['plain', 'scram-sha-256', 'scram-sha-512'])(
  'kafkajs over SASL_SSL by %s',
  async (mechanism) => {
    await using broker = await startBroker({
      data: 'memory',
      config: {
        ...tlsConfig(),
        listeners: 'SASL_SSL://127.0.0.1:0',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      },
    });
    await broker.credentials.put('alice', 'secret');
    const client = (password: string) =>
      new Kafka({
        brokers: [broker.address],
        ssl: { ca: certificates().authority.certificate, servername: 'localhost' },
        sasl: { mechanism, username: 'alice', password } as SASLOptions,
        logLevel: logLevel.NOTHING,
        retry: { retries: 0 },
      });
    const admin = client('secret').admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 't', numPartitions: 1 }] });
    const producer = client('secret').producer();
    await producer.connect();
    await producer.send({ topic: 't', messages: [{ value: 'x'.repeat(100_000) }] });
    expect(await admin.fetchTopicOffsets('t')).toMatchObject([{ partition: 0, high: '1' }]);
    await Promise.all([producer.disconnect(), admin.disconnect()]);
    const stranger = client('guess').admin();
    await expect(stranger.connect()).rejects.toThrow(/the user or the password is wrong/);
    await stranger.disconnect();
  },
);
