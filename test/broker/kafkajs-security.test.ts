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

test('kafkajs logs in anew on its connection while the log-in is good', async () => {
  await using broker = await startBroker({
    data: 'memory',
    config: { listeners: 'SASL_PLAINTEXT://127.0.0.1:0', 'connections.max.reauth.ms': 1_600 },
  });
  await broker.credentials.put('alice', 'secret');
  await broker.store.createTopic('t');
  const kafka = new Kafka({
    brokers: [broker.address],
    sasl: { mechanism: 'scram-sha-256', username: 'alice', password: 'secret' },
    reauthenticationThreshold: 500,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const producer = kafka.producer();
  await producer.connect();
  const logIns = () => broker.statistics.apis.find(({ name }) => name === 'SaslHandshake')!.answered;
  await producer.send({ topic: 't', messages: [{ value: 'first' }] });
  const [{ accepted }, before] = [{ ...broker.listeners[0].statistics }, logIns()];
  let sent = 1;
  for (; logIns() < before + 2 && sent < 100; sent++) {
    await producer.send({ topic: 't', messages: [{ value: 'more' }] });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(logIns()).toBeGreaterThanOrEqual(before + 2);
  expect(broker.listeners[0].statistics).toMatchObject({ accepted, expired: 0, failedAuthentications: 0 });
  expect(broker.store.partition('t', 0).endOffset).toBe(sent);
  await producer.disconnect();
});
