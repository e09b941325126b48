/**
 * A broker among hostile clients: it neither ends nor hangs, no fault is its own, it holds no more in the end than at first, and a client beside them is served.
 * `npm run test:fuzz` sends a million frames; MILLRACE_FUZZ_SECONDS sends what fits into so many seconds; MILLRACE_SEED draws others.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { listOffsets } from '#millrace/protocol/apis/02-list-offsets.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { batch, rig } from '../broker-fixture.ts';
import { tlsConfig } from '../certificates.ts';
import { privateMib } from '../../support/private-memory.ts';
import type { BrokerClient } from '../broker-client.ts';
import { fuzz } from './fuzz-run.ts';

const SECONDS = Number(process.env.MILLRACE_FUZZ_SECONDS ?? Infinity);
const FRAMES = Number(process.env.MILLRACE_FUZZ_FRAMES ?? (SECONDS < Infinity ? 1_000_000 : 3_000));
/** What a slow machine that does much else needs for one. */
const FRAME_MS_MAX = 6;
const SEED = Number(process.env.MILLRACE_SEED ?? 1) || 1;
/** A million frames leave compiled code and a thousand fetch sessions: 10 MiB. */
const OBJECTS_GROWN_MIB_MAX = 40;
/** With what is free again, in fragments: 70 MiB. */
const MEMORY_GROWN_MIB_MAX = 200;
const MIB = 1024 * 1024;

/** MiB that the process holds, without what V8 has yet to collect: that is as much as it pleases, and was the larger part. */
async function held(): Promise<{ objects: number; memory: number }> {
  // Buffers are given back some time after their collection, and pages of the heap by the collection after that.
  for (let i = 0; i < 3; i++) {
    globalThis.gc!();
    await sleep(200);
  }
  const { heapUsed, external } = process.memoryUsage();
  return { objects: (heapUsed + external) / MIB, memory: privateMib() };
}

function messageOf({ err }: { err?: unknown }): string {
  return err instanceof Error ? (err.stack ?? err.message) : String(err);
}

/** Writes and asks for the end until it is told to stop; how often that was. */
async function goodClient(client: BrokerClient, signal: AbortSignal): Promise<number> {
  let written = 0;
  while (!signal.aborted) {
    const records = batch([{ value: `good ${written}` }]);
    const topicData = [{ name: 'good', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
    const { responses } = await client.ask(produce, 9, { acks: 1, timeoutMs: 1, topicData, transactionalId: null });
    expect(responses[0].partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: written });
    written++;
    const topics = [{ name: 'good', partitions: [{ partitionIndex: 0, timestamp: -1 }] }];
    const end = await client.ask(listOffsets, 1, { replicaId: -1, topics });
    expect(end.topics[0].partitions[0]).toMatchObject({ errorCode: 0, offset: written });
    await sleep(2);
  }
  return written;
}

const name = SECONDS < Infinity ? `hostile frames for ${SECONDS} s` : `${FRAMES} hostile frames`;

test(`${name}, seed ${SEED}`, { timeout: 120_000 + Math.min(FRAMES * FRAME_MS_MAX, SECONDS * 1000) }, async () => {
  const faults = new Set<string>();
  const { broker, client } = await rig({
    port: undefined,
    logger: { error: (details) => faults.add(messageOf(details)) },
    config: {
      ...tlsConfig(),
      listeners: 'PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0,SASL_PLAINTEXT://127.0.0.1:0',
      'auto.create.topics.enable': false,
      'connection.failed.authentication.delay.ms': 1,
      'num.partitions': 1,
    },
  });
  await broker.store.createTopic('good');
  // What comes in is inflated, to be compressed anew.
  await broker.store.createTopic('hostile', { config: { 'compression.type': 'gzip' } });
  const [plain, tls, sasl] = broker.listeners.map(({ port }) => port);
  const target = { plain, tls, sasl };
  // What is made once and kept: compiled codecs, pools.
  await fuzz(target, { frames: Math.min(FRAMES / 4, 20_000), seconds: SECONDS / 4 }, SEED + 1_000);
  const before = await held();
  const begun = performance.now();
  const stop = new AbortController();
  const good = goodClient(client, stop.signal);
  const counts = await fuzz(target, { frames: FRAMES, seconds: SECONDS }, SEED);
  stop.abort();
  const written = await good;
  const seconds = (performance.now() - begun) / 1000;
  await expect.poll(() => broker.listeners.map(({ statistics }) => statistics.connections)).toEqual([1, 0, 0]);
  const after = await held();
  const grown = { objects: after.objects - before.objects, memory: after.memory - before.memory };
  if (FRAMES > 8_000)
    process.stdout.write(
      `${counts.frames} frames over ${counts.connections} connections in ${seconds.toFixed(0)} s; ` +
        `objects of ${before.objects.toFixed(0)} MiB, then ${grown.objects.toFixed(0)} MiB more, memory ${before.memory.toFixed(0)}, then ${grown.memory.toFixed(0)} more; beside them ${written} good requests of each kind\n`,
    );
  expect(written).toBeGreaterThan(10);
  expect([...faults]).toEqual([]);
  expect(counts.hung).toEqual([]);
  expect(counts.frames).toBeGreaterThanOrEqual(SECONDS < Infinity ? 1_000 : FRAMES);
  expect(broker.listeners.map(({ statistics }) => statistics.malformed > 0)).toEqual([true, false, true]);
  expect(broker.listeners[1].statistics.failedAuthentications).toBeGreaterThan(0);
  expect(grown.objects).toBeLessThan(OBJECTS_GROWN_MIB_MAX);
  expect(grown.memory).toBeLessThan(MEMORY_GROWN_MIB_MAX);
});
