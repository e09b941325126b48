import { expect, test } from 'vitest';
import { createBrokerMetrics } from 'millrace/metrics';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { batch, rig } from '../broker/broker-fixture.ts';
import { parseMetrics } from './scrape.ts';

const SOCKETS = 'kafka_server_socket_server_metrics';
const REQUESTS = 'kafka_network_requestmetrics';

const toT = (index: number) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 1000,
  topicData: [{ name: 't', topicId: ZERO_UUID, partitionData: [{ index, records: batch([{ value: 'x' }]) }] }],
});

const fromT = (more: object) => ({
  replicaId: -1,
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: 1000,
  topics: [{ topic: 't', topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }],
  ...more,
});

test('requests by API and version, errors by their names, times and bytes', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const registry = createBrokerMetrics(broker);
  await client.ask(produce, 9, toT(0));
  await client.ask(produce, 9, toT(5));
  await client.ask(produce, 7, toT(0));
  const values = parseMetrics(await registry.metrics());
  expect(values.get(`${REQUESTS}_requests_total{request="Produce",version="9"}`)).toBe(2);
  expect(values.get(`${REQUESTS}_requests_total{request="Produce",version="7"}`)).toBe(1);
  expect(values.get(`${REQUESTS}_errors_total{request="Produce",error="UNKNOWN_TOPIC_OR_PARTITION"}`)).toBe(1);
  expect(values.get(`${REQUESTS}_totaltimems_count{request="Produce"}`)).toBe(3);
  expect(values.get(`${REQUESTS}_totaltimems{request="Produce",quantile="0.99"}`)).toBeGreaterThan(0);
  const { bytesRead, bytesWritten } = client.socket;
  expect(values.get(`${SOCKETS}_incoming_byte_total{listener="PLAINTEXT"}`)).toBe(bytesWritten);
  expect(values.get(`${SOCKETS}_outgoing_byte_total{listener="PLAINTEXT"}`)).toBe(bytesRead);
  expect(values.get(`${REQUESTS}_requestbytes_total{request="Produce"}`)).toBe(bytesWritten - 12);
  expect(values.get(`${REQUESTS}_responsebytes_total{request="Produce"}`)).toBe(bytesRead);
});

test('connections by what became of them', async () => {
  const { broker, client, connect } = await rig({ config: { 'max.connections': 2 } });
  const second = await connect();
  await (
    await connect()
  ).closed;
  second.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  await second.closed;
  await expect.poll(() => broker.listeners[0].statistics.connections).toBe(1);
  const values = parseMetrics(await createBrokerMetrics(broker).metrics());
  const of = (name: string): number | undefined => values.get(`${name}{listener="PLAINTEXT"}`);
  expect({
    open: of(`${SOCKETS}_connection_count`),
    made: of(`${SOCKETS}_connection_creation_total`),
    ended: of(`${SOCKETS}_connection_close_total`),
    refused: of('millrace_broker_connectionsrefused_total'),
    malformed: of('millrace_broker_malformedrequests_total'),
    failed: of('millrace_broker_failedrequests_total'),
    idle: of('millrace_broker_idleconnections_total'),
    expired: of('kafka_network_socketserver_expiredconnectionskilledcount'),
  }).toEqual({ open: 1, made: 2, ended: 1, refused: 1, malformed: 1, failed: 0, idle: 0, expired: 0 });
  expect(client.socket.destroyed).toBe(false);
});

test('fetches that wait, what is in progress, and sessions', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const registry = createBrokerMetrics(broker);
  const session = { sessionId: 0, sessionEpoch: 0 };
  await client.ask(fetch, 11, fromT(session));
  const waiting = client.ask(fetch, 11, fromT({ maxWaitMs: 10_000 }));
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  const during = parseMetrics(await registry.metrics());
  const purgatory = 'kafka_server_delayedoperationpurgatory_numdelayedoperations{delayedOperation="Fetch"}';
  expect(during.get(purgatory)).toBe(1);
  expect(during.get('millrace_broker_requestsinprogress{listener="PLAINTEXT"}')).toBe(1);
  expect(during.get('kafka_server_fetchsessioncache_numincrementalfetchsessions')).toBe(1);
  expect(during.get('kafka_server_fetchsessioncache_numincrementalfetchpartitionscached')).toBe(1);
  broker.store.partition('t', 0).append([{ value: 'x' }]);
  await waiting;
  expect(parseMetrics(await registry.metrics()).get(purgatory)).toBe(0);
});

test('a broker that is closed can be scraped, and says so', async () => {
  const { broker } = await rig();
  const registry = createBrokerMetrics(broker, { prefix: 'one_' });
  const state = 'one_kafka_server_kafkaserver_brokerstate';
  expect(parseMetrics(await registry.metrics()).get(state)).toBe(3);
  await broker.close();
  expect(parseMetrics(await registry.metrics()).get(state)).toBe(7);
});

test('failures by topic, and the producers that are remembered', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { config: { 'max.message.bytes': 200 } });
  await broker.store.createTopic('u');
  const registry = createBrokerMetrics(broker);
  const send = async (records: Buffer) => {
    const topicData = [{ name: 't', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
    const { responses } = await client.ask(produce, 9, { transactionalId: null, acks: 1, timeoutMs: 1, topicData });
    return responses[0].partitionResponses[0].errorCode;
  };
  const large = batch([{ value: 'x'.repeat(300) }]);
  const producer = { producerId: 5, producerEpoch: 0 };
  expect(await send(large)).toBe(10);
  expect(await send(batch([{ value: 'x' }], { ...producer, baseSequence: 0 }))).toBe(0);
  // A gap in its sequence.
  expect(await send(batch([{ value: 'x' }], { ...producer, baseSequence: 7 }))).toBe(45);
  const values = parseMetrics(await registry.metrics());
  const of = (word: string, topic: string) =>
    values.get(`kafka_server_brokertopicmetrics_${word}_total{topic="${topic}"}`);
  expect(of('failedproducerequests', 't')).toBe(1);
  expect(of('bytesrejected', 't')).toBe(large.length);
  expect(['failedproducerequests', 'failedfetchrequests', 'bytesrejected'].map((word) => of(word, 'u'))).toEqual([
    0, 0, 0,
  ]);
  expect(values.get('kafka_server_replicamanager_produceridcount')).toBe(1);
  await broker.store.deleteTopic('t');
});
