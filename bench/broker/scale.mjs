#!/usr/bin/env node
/**
 * What a thousand connections and ten thousand partitions cost: two brokers of ours, one with 10 of each and one with all, under the same paced load, in turn,
 * round by round. The mark is twice the latency.
 *
 *   node bench/broker/scale.mjs [--rounds N] [--seconds N] [--rate N] [--connections N] [--partitions N]
 *
 * What is asked for is a Produce of ten records of 100 B with acks 1, or a Fetch of what a partition got last, twice:
 *
 *     one       always the same partition, over the same connection: what others that are open cost it
 *     spread    a partition drawn at random, over the next connection: what it costs to use them all
 *
 * Half of the connections ask so, of half of the partitions; the others hold a fetch session over ten of the other partitions and wait in long polls, as
 * consumers do to whom nothing comes. Before that each partition was written and read once.
 *
 * A ratio is the median of those of the rounds, in each of which both had their turn. Beside the latencies stands what does not depend on who else uses the
 * machine as much: processor time of the broker's main thread a request and, of all rounds, its page faults. Also shown: a Metadata request for all
 * topics, and memory.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { createTopics } from '#millrace/protocol/apis/19-create-topics.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { describeMachine } from '../harness/machine.mjs';
import { printHead } from '../harness/report.mjs';
import { startMillrace } from './contestants.mjs';
import { WireConnection } from './wire-connection.mjs';

const number = (fallback) => ({ type: 'string', default: String(fallback) });
const { values } = parseArgs({
  options: {
    rounds: number(9),
    seconds: number(2),
    rate: number(500),
    connections: number(1_000),
    partitions: number(10_000),
  },
});
const [rounds, seconds, rate] = [values.rounds, values.seconds, values.rate].map(Number);
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

/** A broker with its topics, the connections that ask, and those that wait. */
class Scene {
  constructor(broker, partitions) {
    this.broker = broker;
    this.partitions = partitions;
    this.offsets = new Float64Array(partitions);
    this.askers = [];
    this.waiters = [];
    this.next = 0;
    this.isOver = false;
  }

  static async open(directory, { connections, partitions }) {
    const scene = new Scene(await startMillrace(directory), partitions);
    const first = await WireConnection.open(scene.broker.address);
    scene.askers.push(first);
    for (let at = 0; at < partitions; at += PARTITIONS_A_TOPIC) {
      const numPartitions = Math.min(PARTITIONS_A_TOPIC, partitions - at);
      const topics = [
        { name: scene.place(at).topic, numPartitions, replicationFactor: 1, assignments: [], configs: [] },
      ];
      await first.ask(createTopics, 7, { topics, timeoutMs: 60_000 });
    }
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
    if (responses[0].partitions[0].records?.length < records.length) throw new Error('a fetch found nothing');
  }

  /** Its latency in ms. */
  async one({ what, isSpread }) {
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

  /** What the broker's main thread has taken so far: processor time in µs, and page faults; null where the system does not tell. */
  get taken() {
    const task = `/proc/${this.broker.child.pid}/task/${this.broker.child.pid}`;
    try {
      const [nanoseconds] = readFileSync(`${task}/schedstat`, 'utf8').split(' ');
      // Behind the name, which may have spaces: man 5 proc.
      const fields = readFileSync(`${task}/stat`, 'utf8').split(') ')[1].split(' ');
      return { processor: Number(nanoseconds) / 1000, faults: Number(fields[7]) };
    } catch {
      // Another system than Linux.
      return null;
    }
  }

  async close() {
    this.isOver = true;
    for (const connection of [...this.askers, ...this.waiters]) connection.close();
    await this.broker.stop();
  }
}

/** Latencies of requests begun at a pace, in ms and in order. */
async function paced(scene, kind) {
  const latencies = [];
  const running = [];
  const began = performance.now();
  for (let sent = 0; sent < rate * seconds;) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - began) / 1000) * rate) + 1);
    for (; sent < due; sent++) running.push(scene.one(kind).then((ms) => latencies.push(ms)));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  return latencies.sort((a, b) => a - b);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** What one turn of a scene found, by what is told of it. */
async function turn(scene, kind) {
  const before = scene.taken;
  const latencies = await paced(scene, kind);
  const at = (share) => latencies[Math.floor(latencies.length * share)];
  const found = { 'p50 ms': at(0.5), 'p99 ms': at(0.99) };
  if (before === null) return found;
  const { processor, faults } = scene.taken;
  found['processor µs'] = (processor - before.processor) / latencies.length;
  found['page faults'] = (faults - before.faults) / latencies.length;
  return found;
}

const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-scale-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
const shapes = [
  { connections: 10, partitions: 10 },
  { connections: Number(values.connections), partitions: Number(values.partitions) },
];
const kinds = ['produce', 'fetch'].flatMap((what) => [false, true].map((isSpread) => ({ what, isSpread })));
printHead(describeMachine(directory), { rounds });
const scenes = [];
for (const [i, shape] of shapes.entries()) scenes.push(await Scene.open(join(directory, String(i)), shape));
/** By name, of each round what each scene had. */
const found = {};
for (let round = 0; round <= rounds; round++) {
  const order = round % 2 === 0 ? [0, 1] : [1, 0];
  const take = (name, i, value) => {
    // The first round warms up.
    if (round > 0) ((found[name] ??= [])[round - 1] ??= [])[i] = value;
  };
  for (const kind of kinds) {
    for (const i of order) {
      const name = `${kind.what} ${kind.isSpread ? 'spread' : 'one'}`;
      for (const [told, value] of Object.entries(await turn(scenes[i], kind))) take(`${name} ${told}`, i, value);
    }
  }
  for (const i of order) take('metadata all ms', i, await scenes[i].metadataMs());
}
const titles = shapes.map(({ connections, partitions }) => `${connections} connections, ${partitions} partitions`);
console.log(`${rate} requests a second\n`);
for (const [name, pairs] of Object.entries(found)) {
  const [few, many] = [0, 1].map((i) => median(pairs.map((pair) => pair[i])));
  const text = `${name.padEnd(28)} ${titles[0]}: ${few.toFixed(2)}, ${titles[1]}: ${many.toFixed(2)}`;
  // Of none at all there is no ratio.
  console.log(few < 0.01 ? text : `${text}: ${median(pairs.map(([a, b]) => b / a)).toFixed(2)}`);
}
const latencies = Object.entries(found).filter(([name]) => name.endsWith('p50 ms'));
const worst = Math.max(...latencies.map(([, pairs]) => median(pairs.map(([a, b]) => b / a))));
console.log(`\nmedian latency of the same request, at most ${worst.toFixed(2)} times that of the few; the mark is 2`);
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
console.log(
  `memory       ${scenes.map(({ broker }, i) => `${titles[i]}: ${mib(broker.residentBytes.anonymous)}`).join(', ')}`,
);
await Promise.all(scenes.map((scene) => scene.close()));
