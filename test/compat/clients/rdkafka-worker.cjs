/**
 * node-rdkafka, which is librdkafka, under trial: answers lines of JSON as python/worker.py does. Reads by `assign`, without joining a group.
 *
 *     node rdkafka-worker.cjs FOLDER_OF_NODE_MODULES ADDRESS
 */
'use strict';
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { promisify } = require('node:util');

const [folder, address] = process.argv.slice(2);
const load = createRequire(join(folder, 'package.json'));
const kafka = load('node-rdkafka');
const { version } = load('node-rdkafka/package.json');
const WAIT_MS = 8000;
const settings = { 'metadata.broker.list': address, 'allow.auto.create.topics': false, ...secured() };
const producers = new Map();

const bytes = (text) => (text === null ? null : Buffer.from(text, 'base64'));
const text = (content) => (content === null || content === undefined ? null : Buffer.from(content).toString('base64'));

/** Where the broker asks who we are. */
function secured() {
  if (process.env.TRIAL_LOGIN === undefined) return {};
  const { user, password, mechanism, caFile } = JSON.parse(process.env.TRIAL_LOGIN);
  return {
    'security.protocol': 'sasl_ssl',
    'sasl.mechanisms': mechanism,
    'sasl.username': user,
    'sasl.password': password,
    'ssl.ca.location': caFile,
  };
}

/** A method that ends with a callback, as a promise. */
const settled = (run) => promisify(run)();

async function connected(client) {
  client.on('event.error', () => undefined);
  await settled((done) => client.connect({ timeout: WAIT_MS }, done));
  return client;
}

async function producerOf(name, options) {
  if (!producers.has(name)) {
    const base = { 'linger.ms': 20, 'message.timeout.ms': 5000, 'topic.metadata.propagation.max.ms': 500, dr_cb: true };
    const producer = await connected(new kafka.Producer({ ...settings, ...base, ...options }));
    producer.setPollInterval(10);
    producers.set(name, producer);
  }
  return producers.get(name);
}

async function write(producer, { topic, partition, records }) {
  const offsets = [];
  const delivered = settled((done) => {
    producer.removeAllListeners('delivery-report');
    producer.on('delivery-report', (error, report) => {
      if (error) done(error);
      offsets.push(report?.offset);
      if (offsets.length === records.length) done();
    });
  });
  for (const { key, value, headers, timestamp } of records) {
    const named = headers.map(([name, content]) => ({ [name]: bytes(content) }));
    producer.produce(topic, partition, bytes(value), bytes(key), timestamp, null, named);
  }
  await delivered;
  return Math.min(...offsets);
}

async function consumerOf(options) {
  const base = { 'group.id': 'trial', 'enable.auto.commit': false };
  return connected(new kafka.KafkaConsumer({ ...settings, ...base, ...options }, { 'auto.offset.reset': 'error' }));
}

async function withConsumer(options, run) {
  const consumer = await consumerOf(options);
  try {
    return await run(consumer);
  } finally {
    await settled((done) => consumer.disconnect(done));
  }
}

function recordOf({ key, value, headers, offset, timestamp }) {
  const list = (headers ?? []).flatMap((named) =>
    Object.entries(named).map(([name, content]) => [name, text(content)]),
  );
  return { key: text(key), value: text(value), headers: list, offset, timestamp };
}

const does = {
  async produce(question) {
    const { codec, acks, idempotent } = question;
    const options = { 'compression.codec': codec, acks, 'enable.idempotence': idempotent };
    // A retry would hide the first answer.
    if (!idempotent) options.retries = 0;
    const base = await write(await producerOf(`${codec} ${acks} ${idempotent}`, options), question);
    return { baseOffset: acks === 0 ? null : base };
  },

  consume({ topic, partition, offset, count, committed }) {
    const options = { 'isolation.level': committed ? 'read_committed' : 'read_uncommitted' };
    return withConsumer(options, async (consumer) => {
      consumer.setDefaultConsumeTimeout(500);
      consumer.assign([{ topic, partition, offset }]);
      const found = [];
      for (const until = Date.now() + WAIT_MS; found.length < count && Date.now() < until;) {
        const some = await settled((done) => consumer.consume(count - found.length, done));
        found.push(...some.map(recordOf));
      }
      return found;
    });
  },

  lookup({ topic, partition, timestamp }) {
    return withConsumer({}, async (consumer) => {
      if (timestamp >= 0) {
        const asked = [{ topic, partition, offset: timestamp }];
        const [{ offset }] = await settled((done) => consumer.offsetsForTimes(asked, WAIT_MS, done));
        return offset;
      }
      const marks = await settled((done) => consumer.queryWatermarkOffsets(topic, partition, WAIT_MS, done));
      return timestamp === -2 ? marks.lowOffset : marks.highOffset;
    });
  },

  async transact(question) {
    const known = producers.has(question.id);
    const producer = await producerOf(question.id, { 'transactional.id': question.id });
    if (!known) await settled((done) => producer.initTransactions(WAIT_MS, done));
    await settled((done) => producer.beginTransaction(done));
    await write(producer, question);
    if (question.commit) await settled((done) => producer.commitTransaction(WAIT_MS, done));
    else await settled((done) => producer.abortTransaction(WAIT_MS, done));
    return null;
  },

  async createTopic({ topic, partitions, config }) {
    const admin = kafka.AdminClient.create(settings);
    const described = Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)]));
    const asked = { topic, num_partitions: partitions, replication_factor: 1, config: described };
    await settled((done) => admin.createTopic(asked, WAIT_MS, done)).finally(() => admin.disconnect());
    return null;
  },

  async deleteTopic({ topic }) {
    const admin = kafka.AdminClient.create(settings);
    await settled((done) => admin.deleteTopic(topic, WAIT_MS, done)).finally(() => admin.disconnect());
    return null;
  },
};

/** librdkafka's own codes are below zero. Of what the broker says to a produced record node-rdkafka keeps the words only. */
function codeOf({ code, message }) {
  if (code > 0) return code;
  const words = { 'unknown topic or partition': 3, 'message size too large': 10 };
  return words[message.toLowerCase().replace('broker: ', '')] ?? null;
}

async function serve() {
  // Some need a library that is not everywhere when it is compiled.
  const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].filter((name) => [...kafka.features, 'none'].includes(name));
  console.log(JSON.stringify({ ok: { version: `${version}, librdkafka ${kafka.librdkafkaVersion}`, codecs } }));
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    let answer;
    try {
      answer = { ok: (await does[question.do](question)) ?? null };
    } catch (error) {
      answer = { error: { code: codeOf(error), message: `${error.code} ${error.stack ?? error}` } };
    }
    console.log(JSON.stringify(answer));
  }
  for (const producer of producers.values())
    await settled((done) => producer.disconnect(2000, done)).catch(() => undefined);
}

void serve().then(() => process.exit(0));
