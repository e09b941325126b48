/** @platformatic/kafka as a client under trial. Its stream of messages works in groups only, so records are read by `Consumer.fetch`. */
import { readFileSync } from 'node:fs';
import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { HAS_ZSTD } from '../kafka/workload.mjs';

const manifest = new URL('../../../node_modules/@platformatic/kafka/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
const CONTROL = 0x20;
const TRANSACTIONAL = 0x10;
const ABORT = 0;

export class PlatformaticClient {
  static title = '@platformatic/kafka';
  static version = version;
  static codecs = ['none', 'gzip', 'snappy', 'lz4', ...(HAS_ZSTD ? ['zstd'] : [])];
  static asRead = (record) => record;
  static cannotWrite = [];
  // Its snappy takes a bare block, and not the stream of blocks that the Java client, Kafka and we write.
  static cannotRead = ['snappy'];
  // It takes the remainder for a partition that is not there, and asks the metadata only for a topic.
  static ownErrors = ['unknown topic', 'wrong partition'];
  static can = ['acks', 'admin', 'idempotence', 'transactions', 'auto creation'];
  #options;
  #consumer;
  #clients = new Map();

  /** `login` of SecureTrial; null where nobody is asked. */
  static async open(address, login = null) {
    const client = new PlatformaticClient();
    // A retry would hide the first answer.
    const secured = login && {
      tls: { ca: login.ca },
      sasl: { mechanism: login.mechanism, username: login.user, password: login.password },
    };
    const options = { clientId: 'trial', bootstrapBrokers: [address], retries: 0, autocreateTopics: false };
    client.#options = { ...options, ...secured };
    client.#consumer = client.#client('consumer', Consumer, { groupId: 'trial', maxWaitTime: 2000, minBytes: 1 });
    return client;
  }

  static codeOf(error) {
    if (Number.isInteger(error.apiCode)) return error.apiCode;
    for (const each of [...(error.errors ?? []), ...(error.cause ? [error.cause] : [])]) {
      const code = PlatformaticClient.codeOf(each);
      if (code !== null) return code;
    }
    return null;
  }

  #client(name, Client, options = {}) {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = new Client({ ...this.#options, ...options });
      this.#clients.set(name, client);
    }
    return client;
  }

  async produce({ topic, partition = 0, records, codec = 'none', acks = -1, idempotent = false }) {
    const producer = this.#client(idempotent ? 'idempotent' : 'plain', Producer, { idempotent });
    const messages = records.map((record) => message(record, topic, partition));
    const { offsets } = await producer.send({ acks, compression: codec, messages });
    return { baseOffset: acks === 0 ? null : Number(offsets[0].offset) };
  }

  async consume({ topic, partition = 0, offset, count, committed = false }) {
    const { id, partitions } = (await this.#consumer.metadata({ topics: [topic] })).topics.get(topic);
    const records = [];
    for (let next = offset; records.length < count;) {
      const asked = { partition, currentLeaderEpoch: -1, fetchOffset: BigInt(next), lastFetchedEpoch: -1 };
      const { responses } = await this.#consumer.fetch({
        node: partitions[partition]?.leader ?? partitions[0].leader,
        isolationLevel: committed ? 1 : 0,
        topics: [{ topicId: id, partitions: [{ ...asked, partitionMaxBytes: 1_000_000 }] }],
      });
      const found = responses[0].partitions[0];
      const batches = found.records ?? [];
      if (batches.length === 0) return records;
      const fresh = withoutAborted(batches, committed ? found.abortedTransactions : []).flatMap(recordsOf);
      records.push(...fresh.filter((record) => record.offset >= next));
      const last = batches.at(-1);
      next = Number(last.firstOffset) + last.lastOffsetDelta + 1;
    }
    return records.slice(0, count);
  }

  async lookup({ topic, partition = 0, timestamp }) {
    const partitions = { [topic]: [partition] };
    const offsets = await this.#consumer.listOffsets({ topics: [topic], partitions, timestamp: BigInt(timestamp) });
    return Number(offsets.get(topic)[partition]);
  }

  async transact({ id, topic, partition = 0, records, commit }) {
    const producer = this.#client(id, Producer, { transactionalId: id, idempotent: true });
    const transaction = await producer.beginTransaction();
    await transaction.send({ messages: records.map((record) => message(record, topic, partition)) });
    await (commit ? transaction.commit() : transaction.abort());
  }

  createTopic({ topic, partitions, config }) {
    const configs = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
    return this.#client('admin', Admin).createTopics({ topics: [topic], partitions, replicas: 1, configs });
  }

  deleteTopic({ topic }) {
    return this.#client('admin', Admin).deleteTopics({ topics: [topic] });
  }

  async autoCreate({ topic, records }) {
    const producer = this.#client('auto', Producer, { autocreateTopics: true, retries: 5 });
    await producer.send({ messages: records.map((record) => message(record, topic, 0)) });
  }

  async close() {
    for (const client of this.#clients.values()) await (client instanceof Admin ? client.close() : client.close(true));
  }
}

function message({ key, value, headers, timestamp }, topic, partition) {
  // Names as buffers: so a name may stand there twice.
  const named = new Map(headers.map(([name, content]) => [Buffer.from(name), content]));
  return { topic, partition, key, value, headers: named, timestamp: BigInt(timestamp) };
}

function recordsOf({ firstOffset, firstTimestamp, records }) {
  return records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
    key,
    value,
    headers: headers.map(([name, content]) => [name.toString(), content]),
    offset: Number(firstOffset) + offsetDelta,
    timestamp: Number(firstTimestamp + timestampDelta),
  }));
}

/** As a consumer has to: data of producers that aborted, up to their marker, and the markers themselves. */
function withoutAborted(batches, abortedTransactions) {
  const waiting = (abortedTransactions ?? []).toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborted = new Set();
  return batches.filter((batch) => {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (waiting.length > 0 && waiting[0].firstOffset <= last) aborted.add(waiting.shift().producerId);
    if ((batch.attributes & CONTROL) !== 0) {
      if (batch.records[0].key.readInt16BE(2) === ABORT) aborted.delete(batch.producerId);
      return false;
    }
    return (batch.attributes & TRANSACTIONAL) === 0 || !aborted.has(batch.producerId);
  });
}
