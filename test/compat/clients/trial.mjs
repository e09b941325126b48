/**
 * A broker that clients are tried on: in this process, in memory, on a port of its own, with a log that is watched. What a client wrote is looked up in
 * its store, and what a client is to read is written there, so each is judged without the help of another.
 */
import { startBroker } from '#millrace/broker/broker.js';
import { allHandlers } from '#millrace/broker/handlers.js';
import { HAS_ZSTD } from '../kafka/workload.mjs';
import { exchangedRecords } from './exchange.mjs';

/** The records are of 2025: a default retention would remove them while they are looked at. */
const KEEP = { 'retention.ms': -1 };

export class Trial {
  /** What the broker complained of, a sentence each. */
  complaints = [];
  /** Does the broker make a topic that a client asks for? */
  makesTopics = false;
  #broker;
  #topics = 0;
  /** Topics with the exchanged records that a client wrote, by codec: for clients to read whose engine cannot write them. */
  #written = new Map();

  static async start({ makesTopics = false, config = {} } = {}) {
    const trial = new Trial();
    trial.makesTopics = makesTopics;
    const complain = (details, message) =>
      trial.complaints.push(`${message}: ${details.err?.stack ?? JSON.stringify(details)}`);
    trial.#broker = await startBroker({
      ...(config.listeners === undefined && { port: 0 }),
      data: 'memory',
      config: { 'auto.create.topics.enable': makesTopics, ...config },
      logger: { warn: complain, error: complain },
    });
    return trial;
  }

  get address() {
    return this.#broker.address;
  }

  /** What became of connections. */
  get connections() {
    return this.#broker.listeners[0].statistics;
  }

  /** How many requests of an API were answered. */
  requests(api) {
    return this.#broker.statistics.apis.find(({ name }) => name === api)?.answered ?? 0;
  }

  addUser(name, password) {
    return this.#broker.credentials.put(name, password);
  }

  /** Who can log in. */
  get users() {
    return this.#broker.credentials.list().map(({ user }) => user);
  }

  get store() {
    return this.#broker.store;
  }

  /** Does the broker serve the API of this key? */
  serves(...keys) {
    const handlers = allHandlers();
    return keys.every((key) => handlers.has(key));
  }

  close() {
    return this.#broker.close();
  }

  /** A name that no other topic has. */
  topicName(word) {
    return `${word}-${++this.#topics}`;
  }

  async makeTopic(word, { partitions = 1, config = {} } = {}) {
    const name = this.topicName(word);
    await this.store.createTopic(name, { partitions, config: { ...KEEP, ...config } });
    return name;
  }

  /** Everything from the log start on, or from an offset. */
  recordsOf(topic, partition = 0, from = 0) {
    return this.batchesOf(topic, partition)
      .flatMap(({ records }) => records)
      .filter(({ offset }) => offset >= from);
  }

  batchesOf(topic, partition = 0) {
    const log = this.store.partition(topic, partition);
    const batches = [];
    for (let next = log.startOffset; next < log.endOffset;) {
      for (const batch of log.read(next)) {
        next = batch.nextOffset;
        batches.push({
          baseOffset: batch.baseOffset,
          codec: batch.compression,
          isControl: batch.isControl,
          isTransactional: batch.isTransactional,
          producerId: batch.producerId,
          records: batch.isControl ? [] : Array.from(batch, plain),
        });
      }
    }
    return batches;
  }

  /** Tells of a topic with all the exchanged records in a codec that our engine cannot write here. */
  noteWritten(codec, topic) {
    if (!this.#written.has(codec)) this.#written.set(codec, topic);
  }

  /** A topic with exchanged records in a codec, two batches of them; null if nobody has written it here. */
  async reference(codec) {
    if (codec === 'zstd' && !HAS_ZSTD) return this.#written.get(codec) ?? null;
    const topic = await this.makeTopic(`reference-${codec}`);
    const log = this.store.partition(topic, 0);
    const records = exchangedRecords();
    const compression = codec;
    log.append(records.slice(0, 5), { compression });
    log.append(records.slice(5), { compression });
    return topic;
  }
}

function plain(record) {
  const { key, value, headers, offset, timestamp } = record;
  return { key, value, headers: headers.map((header) => [header.key, header.value]), offset, timestamp };
}
