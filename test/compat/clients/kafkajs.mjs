/**
 * kafkajs as a client under trial. Its consumer works in groups only, so records are read by its own Fetch, one layer below, with its own
 * decoders and its own filter of aborted transactions.
 */
import { createRequire } from 'node:module';
import zlib from 'node:zlib';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import kafkajs from 'kafkajs';
import snappy from 'snappy';
import { HAS_ZSTD } from '../kafka/workload.mjs';

const { Kafka, logLevel, CompressionTypes, CompressionCodecs, Partitioners } = kafkajs;
const require = createRequire(import.meta.url);
const Batch = require('kafkajs/src/consumer/batch');
const { version } = require('kafkajs/package.json');

// kafkajs brings gzip only; others are plugged in by who uses it.
const codec = (compress, decompress) => () => ({
  compress: async (encoder) => compress(encoder.buffer),
  decompress: async (buffer) => decompress(buffer),
});
CompressionCodecs[CompressionTypes.Snappy] = codec(snappy.compressSync, snappyDecompressed);
CompressionCodecs[CompressionTypes.LZ4] = codec(compressFrameSync, decompressFrameSync);
if (HAS_ZSTD) CompressionCodecs[CompressionTypes.ZSTD] = codec(zlib.zstdCompressSync, zlib.zstdDecompressSync);

const COMPRESSION = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 };
/** It does not let go of retries then. */
const IDEMPOTENT = { idempotent: true, maxInFlightRequests: 1, retry: { retries: 3 } };
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER_SIZE = 16;

/** Java's stream of blocks, which our engine and the Java client write, or one bare block. */
function snappyDecompressed(buffer) {
  if (!buffer.subarray(0, XERIAL.length).equals(XERIAL)) return snappy.uncompressSync(buffer);
  const blocks = [];
  for (let position = XERIAL_HEADER_SIZE; position < buffer.length;) {
    const size = buffer.readInt32BE(position);
    blocks.push(snappy.uncompressSync(buffer.subarray(position + 4, position + 4 + size)));
    position += 4 + size;
  }
  return Buffer.concat(blocks);
}

export class KafkajsClient {
  static title = 'kafkajs';
  static version = version;
  static codecs = ['none', 'gzip', 'snappy', 'lz4', ...(HAS_ZSTD ? ['zstd'] : [])];
  static asRead = (record) => record;
  static cannotWrite = ['header of null'];
  static cannotRead = [];
  static ownErrors = [];
  static can = ['acks', 'admin', 'idempotence', 'transactions', 'auto creation', 'reauthentication'];
  #kafka;
  #cluster;
  #broker;
  #producers = new Map();

  /** `login` of SecureTrial; null where nobody is asked. */
  static async open(address, login = null) {
    const client = new KafkajsClient();
    // A retry would hide the first answer.
    const retry = { retries: 0 };
    const secured = login && {
      ssl: { ca: login.ca },
      sasl: { mechanism: login.mechanism.toLowerCase(), username: login.user, password: login.password },
      reauthenticationThreshold: 500,
    };
    client.#kafka = new Kafka({ brokers: [address], clientId: 'trial', logLevel: logLevel.NOTHING, retry, ...secured });
    const create = Object.getOwnPropertySymbols(client.#kafka).find(({ description }) =>
      description.endsWith('createCluster'),
    );
    client.#cluster = client.#kafka[create]({ metadataMaxAge: 300_000, allowAutoTopicCreation: false });
    await client.#cluster.connect();
    await client.#cluster.refreshMetadata();
    client.#broker = await client.#cluster.findControllerBroker();
    await client.#broker.connect();
    return client;
  }

  /** Kafka's error code of a failure; null: the client's own. */
  static codeOf(error) {
    for (let cause = error; cause; cause = cause.cause ?? cause.originalError) {
      if (Number.isInteger(cause.code)) return cause.code;
      const nested = cause.errors?.[0];
      if (nested !== undefined) return KafkajsClient.codeOf(nested);
    }
    return null;
  }

  async #producer(name, options) {
    const known = this.#producers.get(name);
    if (known !== undefined) return known;
    const producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      ...options,
    });
    this.#producers.set(name, producer);
    await producer.connect();
    return producer;
  }

  async produce({ topic, partition = 0, records, codec: name = 'none', acks = -1, idempotent = false }) {
    const options = idempotent ? IDEMPOTENT : {};
    const producer = await this.#producer(idempotent ? 'idempotent' : 'plain', options);
    const messages = records.map((record) => message(record, partition));
    const [answer] = await producer.send({ topic, acks, compression: COMPRESSION[name], messages });
    return { baseOffset: acks === 0 ? null : Number(answer.baseOffset) };
  }

  async consume({ topic, partition = 0, offset, count, committed = false }) {
    const records = [];
    for (let next = offset; records.length < count;) {
      const { responses } = await this.#broker.fetch({
        replicaId: -1,
        isolationLevel: committed ? 1 : 0,
        maxWaitTime: 2000,
        minBytes: 1,
        maxBytes: 10_000_000,
        topics: [{ topic, partitions: [{ partition, fetchOffset: String(next), maxBytes: 1_000_000 }] }],
      });
      const found = responses[0].partitions[0];
      if (found.messages.length === 0) return records;
      const batch = new Batch(topic, String(next), found);
      for (const one of batch.messages) records.push(recordOf(one));
      next = Number(found.messages.at(-1).offset) + 1;
    }
    return records.slice(0, count);
  }

  async lookup({ topic, partition = 0, timestamp }) {
    const topics = [{ topic, partitions: [{ partition, timestamp }] }];
    const { responses } = await this.#broker.listOffsets({ replicaId: -1, isolationLevel: 0, topics });
    return Number(responses[0].partitions[0].offset);
  }

  async transact({ id, topic, partition = 0, records, commit }) {
    const producer = await this.#producer(id, { transactionalId: id, ...IDEMPOTENT });
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: records.map((record) => message(record, partition)) });
    await (commit ? transaction.commit() : transaction.abort());
  }

  async createTopic({ topic, partitions, config }) {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
    const isMade = await this.#admin((admin) =>
      admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }] }),
    );
    // Its word for TOPIC_ALREADY_EXISTS is false.
    if (!isMade) throw Object.assign(new Error('not made'), { code: 36 });
  }

  deleteTopic({ topic }) {
    return this.#admin((admin) => admin.deleteTopics({ topics: [topic] }));
  }

  async #admin(run) {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await run(admin);
    } finally {
      await admin.disconnect();
    }
  }

  async autoCreate({ topic, records }) {
    const producer = await this.#producer('auto', { allowAutoTopicCreation: true, retry: { retries: 5 } });
    await producer.send({ topic, messages: records.map((record) => message(record, 0)) });
  }

  async close() {
    for (const producer of this.#producers.values()) await producer.disconnect();
    await this.#cluster.disconnect();
  }
}

function message({ key, value, headers, timestamp }, partition) {
  const byName = {};
  for (const [name, content] of headers) (byName[name] ??= []).push(content);
  return { key, value, headers: byName, timestamp: String(timestamp), partition };
}

function recordOf({ key, value, headers, offset, timestamp }) {
  const list = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((content) => [name, content]));
  return { key, value, headers: list, offset: Number(offset), timestamp: Number(timestamp) };
}
