/**
 * A broker of ours with its topics, and connections to it. Half of the connections ask, of half of the partitions: a Produce of ten records of 100 B with acks 1, or a
 * Fetch of what a partition got last. The others hold a fetch session over ten of the other partitions each and wait in long polls, as consumers do to whom nothing comes.
 */
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { startMillrace } from './brokers.mjs';
import { createTopic } from './topics.mjs';
import { WireConnection } from './wire-connection.mjs';

const PARTITIONS_A_TOPIC = 100;
const RECORDS = 10;
const records = batchOf(RECORDS, 100);

function batchOf(count, size) {
  const each = Array.from({ length: count }, () => ({ value: Buffer.alloc(size, 'x') }));
  const [batch] = encodeBatches(each, {
    baseOffset: 0,
    leaderEpoch: 0,
    timestamp: Date.now(),
    timestampType: 'CreateTime',
    batchBytesMax: 1_000_000,
    compression: 'none',
  });
  return Buffer.from(batch);
}

export class Scene {
  constructor(broker, partitions) {
    this.broker = broker;
    this.partitions = partitions;
    this.offsets = new Float64Array(partitions);
    this.askers = [];
    this.waiters = [];
    this.next = 0;
    this.isOver = false;
  }

  /** Keeps its data in `directory`. */
  static async open(stage, directory, { connections, partitions }) {
    const scene = new Scene(await startMillrace(stage, directory), partitions);
    const first = await WireConnection.open(scene.broker.address);
    scene.askers.push(first);
    for (let at = 0; at < partitions; at += PARTITIONS_A_TOPIC) {
      await createTopic(scene.broker.address, scene.place(at).topic, {
        partitions: Math.min(PARTITIONS_A_TOPIC, partitions - at),
      });
    }
    // Each is written and read once before anything is measured: its first page is mapped then.
    for (let partition = 0; partition < partitions; partition++) {
      await scene.produce(first, partition);
      await scene.fetch(first, partition);
    }
    while (scene.askers.length < connections / 2) scene.askers.push(await WireConnection.open(scene.broker.address));
    while (scene.waiters.length < connections / 2) await scene.#wait(scene.waiters.length);
    return scene;
  }

  place(partition) {
    return { topic: `t-${Math.floor(partition / PARTITIONS_A_TOPIC)}`, index: partition % PARTITIONS_A_TOPIC };
  }

  async produce(connection, partition) {
    const { topic: name, index } = this.place(partition);
    const topicData = [{ name, partitionData: [{ index, records }] }];
    const { responses } = await connection.ask(produce, 9, {
      transactionalId: null,
      acks: 1,
      timeoutMs: 5_000,
      topicData,
    });
    const [{ errorCode, baseOffset }] = responses[0].partitionResponses;
    if (errorCode !== 0) throw new Error(`a produce was answered by error ${errorCode}`);
    this.offsets[partition] = baseOffset;
  }

  async fetch(connection, partition) {
    const { responses } = await connection.ask(
      fetch,
      12,
      this.#fetching([partition], { sessionId: 0, sessionEpoch: -1, maxWaitMs: 0 }),
    );
    const found = responses[0].partitions[0].records?.length ?? 0;
    if (found < records.length) throw new Error('a fetch found nothing');
  }

  /** The latency of a request in ms: of always the same partition over the same connection, or spread over those that ask and are asked for. */
  async latency(what, isSpread) {
    const connection = this.askers[isSpread ? this.next++ % this.askers.length : 0];
    const partition = isSpread ? Math.floor((Math.random() * this.partitions) / 2) : 0;
    const began = performance.now();
    await this[what](connection, partition);
    return performance.now() - began;
  }

  #fetching(partitions, more) {
    const topics = partitions.map((partition) => {
      const { topic, index } = this.place(partition);
      const fetchOffset = this.offsets[partition] + (more.maxWaitMs > 0 ? RECORDS : 0);
      return { topic, partitions: [{ partition: index, fetchOffset, partitionMaxBytes: 1 << 20 }] };
    });
    return {
      replicaId: -1,
      minBytes: 1,
      maxBytes: 1 << 24,
      isolationLevel: 0,
      topics,
      forgottenTopicsData: [],
      rackId: '',
      ...more,
    };
  }

  /** A consumer of ten partitions: a session, and one long poll after another from wherever they end. */
  async #wait(i) {
    const connection = await WireConnection.open(this.broker.address);
    this.waiters.push(connection);
    const half = Math.ceil(this.partitions / 2);
    const own = Array.from(
      { length: Math.min(10, this.partitions - half) },
      (_, k) => half + ((i * 10 + k) % (this.partitions - half)),
    );
    const begun = await connection.ask(fetch, 12, this.#fetching(own, { sessionId: 0, sessionEpoch: 0, maxWaitMs: 1 }));
    void this.#poll(connection, own, begun.sessionId);
  }

  async #poll(connection, own, sessionId) {
    for (let sessionEpoch = 1; !this.isOver; sessionEpoch++) {
      await connection.ask(fetch, 12, this.#fetching(own, { sessionId, sessionEpoch, maxWaitMs: 5_000 }));
    }
  }

  async metadataMs() {
    const began = performance.now();
    await this.askers[0].ask(metadata, 12, {
      topics: null,
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: false,
    });
    return performance.now() - began;
  }

  async close() {
    this.isOver = true;
    for (const connection of [...this.askers, ...this.waiters]) connection.close();
    await this.broker.stop();
  }
}
