/** AlterConfigs and IncrementalAlterConfigs of the broker, over a socket. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import { expect, test } from 'vitest';
import { describeConfigs } from '#millrace/protocol/apis/32-describe-configs.js';
import { alterConfigs } from '#millrace/protocol/apis/33-alter-configs.js';
import { incrementalAlterConfigs } from '#millrace/protocol/apis/44-incremental-alter-configs.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { startBroker } from '#millrace/broker/broker.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { BrokerClient } from './broker-client.ts';
import { batch, rig } from './broker-fixture.ts';
import { certificates, type KeyPair, tlsConfig } from './certificates.ts';

const [BROKER, TOPIC] = [4, 2];
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];
const { INVALID_CONFIG, INVALID_REQUEST } = kafkaErrorCodes;

type Change = readonly [name: string, operation: number, value: string | null];

async function alter(client: BrokerClient, resourceName: string, changes: readonly Change[], validateOnly = false) {
  const configs = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }));
  const { responses } = await client.ask(incrementalAlterConfigs, 1, {
    resources: [{ resourceType: BROKER, resourceName, configs }],
    validateOnly,
  });
  return [responses[0].errorCode, responses[0].errorMessage];
}

async function described(client: BrokerClient, resourceName: string, resourceType = BROKER) {
  const { results } = await client.ask(describeConfigs, 4, {
    resources: [{ resourceType, resourceName, configurationKeys: null }],
    includeSynonyms: true,
    includeDocumentation: false,
  });
  return new Map(results[0].configs.map((config) => [config.name, config]));
}

test('a setting of all brokers, and of this one, with where each comes from', async () => {
  const { broker, client } = await rig({ config: { 'log.retention.hours': 2 } });
  await broker.store.createTopic('t');
  expect(await alter(client, '', [['log.retention.ms', SET, '7000']])).toEqual([0, null]);
  expect(broker.store.topicConfig('t')['retention.ms']).toBe(7000);
  expect(await alter(client, '0', [['log.retention.ms', SET, '9000']])).toEqual([0, null]);
  expect(broker.store.topicConfig('t')['retention.ms']).toBe(9000);
  expect([...(await described(client, '')).values()]).toMatchObject([
    {
      name: 'log.retention.ms',
      value: '7000',
      readOnly: false,
      configSource: 3,
      synonyms: [{ name: 'log.retention.ms', value: '7000', source: 3 }],
    },
  ]);
  expect((await described(client, '0')).get('log.retention.ms')).toMatchObject({
    value: '9000',
    readOnly: false,
    configSource: 2,
    synonyms: [
      { name: 'log.retention.ms', value: '9000', source: 2 },
      { name: 'log.retention.ms', value: '7000', source: 3 },
      { name: 'log.retention.hours', value: '2', source: 4 },
      { name: 'log.retention.ms', value: '259200000', source: 5 },
    ],
  });
  expect((await described(client, 't', TOPIC)).get('retention.ms')).toMatchObject({
    value: '9000',
    configSource: 2,
    synonyms: [
      { name: 'log.retention.ms', value: '9000', source: 2 },
      { name: 'log.retention.ms', value: '7000', source: 3 },
      { name: 'log.retention.hours', value: '7200000', source: 4 },
      { name: 'log.retention.ms', value: '259200000', source: 5 },
    ],
  });
  expect(await alter(client, '0', [['log.retention.ms', DELETE, null]])).toEqual([0, null]);
  expect(await alter(client, '', [['log.retention.ms', DELETE, null]])).toEqual([0, null]);
  expect(broker.store.topicConfig('t')['retention.ms']).toBe(7_200_000);
  expect((await described(client, '')).size).toBe(0);
});

test('what is obeyed at once: the size of messages, the number of connections', async () => {
  const { broker, client, connect } = await rig();
  await broker.store.createTopic('t');
  const records = batch([{ value: 'x'.repeat(500) }]);
  const send = async () => {
    const topicData = [{ name: 't', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
    const { responses } = await client.ask(produce, 9, { transactionalId: null, acks: 1, timeoutMs: 1, topicData });
    return responses[0].partitionResponses[0].errorCode;
  };
  expect(await send()).toBe(0);
  expect(
    await alter(client, '0', [
      ['message.max.bytes', SET, '400'],
      ['max.connections', SET, '2'],
    ]),
  ).toEqual([0, null]);
  expect(await send()).toBe(kafkaErrorCodes.MESSAGE_TOO_LARGE);
  const second = await connect();
  expect((await second.ask(apiVersions, 0, {})).errorCode).toBe(0);
  const third = await connect();
  await third.closed;
  expect(broker.listeners[0].statistics).toMatchObject({ connections: 2, refused: 1 });
  expect(await alter(client, '0', [['max.connections.per.ip.overrides', SET, '127.0.0.1:9,x']])).toEqual([
    INVALID_REQUEST,
    expect.stringContaining('address:count'),
  ]);
});

test.each<[string, string, Change[], number, RegExp]>([
  [
    'read only',
    '0',
    [
      ['num.partitions', SET, '5'],
      ['log.retention.ms', SET, '5'],
      ['node.id', SET, '5'],
    ],
    INVALID_REQUEST,
    /^Cannot update these configs dynamically: \[num\.partitions, node\.id\]$/,
  ],
  ['the weaker name of several', '', [['log.retention.hours', SET, '5']], INVALID_REQUEST, /^Cannot update/],
  ['no setting', '0', [['no.such', SET, '5']], INVALID_REQUEST, /^Cannot update/],
  [
    'a certificate of all listeners',
    '0',
    [['ssl.keystore.location', SET, 'x']],
    INVALID_REQUEST,
    /^These security configs can be dynamically updated only per-listener using the listener prefix: \[ssl\./,
  ],
  [
    'a certificate of all brokers',
    '',
    [['listener.name.ssl.ssl.keystore.location', SET, 'x']],
    INVALID_REQUEST,
    /^Cannot update these configs at default cluster level, broker id must be specified: \[listener\.name\./,
  ],
  ['no value of it', '0', [['log.retention.ms', SET, 'soon']], INVALID_REQUEST, /^log\.retention\.ms must be/],
  ['no such value', '', [['log.cleanup.policy', SET, 'burn']], INVALID_REQUEST, /^log\.cleanup\.policy must be/],
  ['appended to no list', '', [['max.connections', APPEND, '5']], INVALID_CONFIG, /^Config value append is not/],
  ['taken from no list', '', [['max.connections', SUBTRACT, '5']], INVALID_CONFIG, /^Config value subtract is not/],
  ['appended to nothing', '', [['no.such', APPEND, '5']], INVALID_CONFIG, /^Unknown config name: no\.such$/],
  [
    'a contradiction',
    '',
    [
      ['log.cleaner.min.compaction.lag.ms', SET, '9'],
      ['log.cleaner.max.compaction.lag.ms', SET, '8'],
    ],
    INVALID_REQUEST,
    /compaction\.lag/,
  ],
  ['another broker', '7', [['log.retention.ms', SET, '5']], INVALID_REQUEST, /7/],
])('%s: refused, and nothing is changed', async (_, name, changes, code, message) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  expect(await alter(client, name, changes)).toEqual([code, expect.stringMatching(message)]);
  expect((await described(client, '')).size).toBe(0);
  expect(broker.store.topic('t').config).toEqual({});
  expect(broker.store.topicConfig('t')['retention.ms']).toBe(259_200_000);
});

test('the rate of compaction: Kafka’s number, and a new one while the broker runs', async () => {
  const { broker, client } = await rig();
  const rate = 'log.cleaner.io.max.bytes.per.second';
  expect((await described(client, '0')).get(rate)).toMatchObject({ value: '1.7976931348623157E308', readOnly: false });
  await broker.store.createTopic('keys', { config: { 'cleanup.policy': 'compact' } });
  const log = broker.store.partition('keys', 0);
  for (let i = 0; i < 10; i++) log.append([{ key: 'a', value: Buffer.alloc(100_000, i) }]);
  log.roll();
  expect(await alter(client, '', [[rate, SET, '1']])).toEqual([0, null]);
  expect((await described(client, '0')).get(rate)).toMatchObject({ value: '1.0', configSource: 3 });
  // It would take days; what is being done obeys, too.
  const compaction = broker.store.compact('keys', 0);
  expect(await alter(client, '', [[rate, DELETE, null]])).toEqual([0, null]);
  expect(await compaction).toMatchObject({ isGivenUp: false, recordsKept: 1 });
});

test('lists grow and shrink from their default; validation changes nothing', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const policy = () => broker.store.topicConfig('t')['cleanup.policy'];
  expect(await alter(client, '', [['log.cleanup.policy', APPEND, 'compact']], true)).toEqual([0, null]);
  expect(policy()).toBe('delete');
  expect(await alter(client, '', [['log.cleanup.policy', APPEND, 'compact']])).toEqual([0, null]);
  expect(policy()).toBe('delete,compact');
  expect(await alter(client, '', [['log.cleanup.policy', SUBTRACT, 'delete']])).toEqual([0, null]);
  expect(policy()).toBe('compact');
});

test('AlterConfigs: what is not named goes back', async () => {
  const { client } = await rig();
  const ask = async (configs: { name: string; value: string | null }[]) =>
    (
      await client.ask(alterConfigs, 2, {
        resources: [{ resourceType: BROKER, resourceName: '', configs }],
        validateOnly: false,
      })
    ).responses[0].errorCode;
  expect(await ask([{ name: 'log.retention.ms', value: '5' }])).toBe(0);
  expect(await ask([{ name: 'log.segment.bytes', value: '2048' }])).toBe(0);
  expect([...(await described(client, '')).keys()]).toEqual(['log.segment.bytes']);
});

test('they outlive the broker, and hold before anything is removed by older ones', async () => {
  const directory = temporaryDirectory();
  const options = { port: 0, data: directory, config: { 'log.retention.ms': 1 } };
  {
    await using broker = await startBroker(options);
    const client = await BrokerClient.connect(broker);
    await alter(client, '', [['log.retention.ms', SET, '-1']]);
    await alter(client, '0', [['max.connections', SET, '5']]);
    client.close();
  }
  await using broker = await startBroker(options);
  await broker.store.createTopic('t');
  expect(broker.store.topicConfig('t')['retention.ms']).toBe(-1);
  const client = await BrokerClient.connect(broker);
  expect((await described(client, '0')).get('max.connections')).toMatchObject({ value: '5', configSource: 2 });
  client.close();
});

test('a listener gets other certificates, for those who connect from then on', async () => {
  const { authority, stranger, client: pair } = certificates();
  await using broker = await startBroker({
    data: 'memory',
    config: { ...tlsConfig(), listeners: 'PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0' },
  });
  const [admin, port] = [await BrokerClient.connect(broker), broker.listeners[1].port];
  const reach = async (ca: string) => {
    const tls = { ca, checkServerIdentity: () => undefined };
    const client = await BrokerClient.connect({ port }, { tls }).catch(() => null);
    const answer = await client?.ask(apiVersions, 0, {});
    return { client, isReached: answer?.errorCode === 0 };
  };
  const before = await reach(authority.certificate);
  expect(before.isReached).toBe(true);
  const prefix = 'listener.name.ssl.';
  const wrong = await alter(admin, '0', [
    [`${prefix}ssl.keystore.certificate.chain`, SET, stranger.certificate],
    [`${prefix}ssl.keystore.key`, SET, pair.key],
  ]);
  expect(wrong).toEqual([INVALID_REQUEST, expect.stringContaining('ssl.keystore')]);
  expect(wrong[1]).not.toContain('BEGIN');
  expect((await reach(authority.certificate)).isReached).toBe(true);
  expect(
    await alter(admin, '0', [
      [`${prefix}ssl.keystore.certificate.chain`, SET, stranger.certificate],
      [`${prefix}ssl.keystore.key`, SET, stranger.key],
    ]),
  ).toEqual([0, null]);
  expect((await reach(authority.certificate)).isReached).toBe(false);
  expect((await reach(stranger.certificate)).isReached).toBe(true);
  // Who was there stays.
  expect((await before.client!.ask(apiVersions, 0, {})).errorCode).toBe(0);
  const shown = (await described(admin, '0')).get(`${prefix}ssl.keystore.key`);
  expect(shown).toMatchObject({ value: null, isSensitive: true, configSource: 2, readOnly: false });
  for (const each of [before.client, admin]) each?.close();
});

test('files of certificates are read for changes of their listener alone', async () => {
  const { authority, stranger, broker: pair } = certificates();
  const location = join(temporaryDirectory(), 'broker.pem');
  const replace = ({ key, certificate }: KeyPair): void => writeFileSync(location, key + certificate);
  replace(pair);
  const { broker, client } = await rig({
    port: undefined,
    config: { listeners: 'PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0', 'ssl.keystore.location': location },
  });
  const shown = async (): Promise<string> => {
    const socket = connectSecurely({ host: '127.0.0.1', port: broker.listeners[1].port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { issuer } = socket.getPeerCertificate();
    socket.destroy();
    return String(issuer.CN);
  };
  const [ours, theirs] = [authority, stranger].map(({ certificate }) => issuerOf(certificate));
  const unrelated = (value: string) => alter(client, '0', [['log.retention.ms', SET, value]]);
  const anew = () => alter(client, '0', [['listener.name.ssl.ssl.keystore.location', SET, location]]);
  rmSync(location);
  expect(await unrelated('7')).toEqual([0, null]);
  expect(await anew()).toEqual([INVALID_REQUEST, `cannot read ssl.keystore.location ${location}: ENOENT`]);
  replace(stranger);
  expect(await unrelated('8')).toEqual([0, null]);
  expect(await shown()).toBe(ours);
  expect(await anew()).toEqual([0, null]);
  expect(await shown()).toBe(theirs);
  // The same file and the same setting: its content is new.
  replace(pair);
  expect(await anew()).toEqual([0, null]);
  expect(await shown()).toBe(ours);
});

function issuerOf(certificate: string): string {
  return /CN=(.*)/.exec(new X509Certificate(certificate).issuer)![1];
}
