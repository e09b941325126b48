/**
 * What a thousand connections and ten thousand partitions cost: two brokers of ours, one with 10 of each and one with all, under the same paced load, in turn,
 * round by round. Each request goes over the next connection to a partition drawn at random. Also measured: what a Metadata request for all topics takes, and memory.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { finding } from '../harness/findings.mjs';
import { inRounds, quantile } from '../harness/rounds.mjs';
import { Scene } from './scene.mjs';

const MIB = 2 ** 20;
const RATE = 500;

/** Latencies of requests begun at a pace, in ms. */
async function paced(scene, what, count) {
  const latencies = [];
  const running = [];
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * RATE) + 1);
    for (; sent < due; sent++) running.push(scene.one(what).then((ms) => latencies.push(ms)));
    await setTimeout(1);
  }
  await Promise.all(running);
  return latencies;
}

const titleOf = ({ connections, partitions }) => `${connections} connections, ${partitions} partitions`;

/** What is found of each, and the mark. */
const rows = [
  ...['produce', 'fetch'].flatMap((what) =>
    ['p50', 'p99'].map((part) => ({
      row: `${what}, p50 / p99`,
      what: `${what} ${part}`,
      unit: 'ms',
      mark: { of: 'ratio', atMost: 2 },
    })),
  ),
  { row: 'metadata of all topics', what: 'metadata', unit: 'ms' },
  { row: 'memory of its own', what: 'memory', unit: 'MiB' },
];

async function round(scene, count) {
  const found = {};
  for (const what of ['produce', 'fetch']) {
    const latencies = await paced(scene, what, count);
    found[`${what} p50`] = quantile(latencies, 0.5);
    found[`${what} p99`] = quantile(latencies, 0.99);
  }
  return { ...found, metadata: await scene.metadataMs(), memory: scene.broker.residentBytes.own / MIB };
}

export async function measure(context) {
  const { stage, pick } = context;
  const shapes = {
    few: { connections: 10, partitions: 10 },
    many: { connections: pick(1000, 20), partitions: pick(10_000, 20) },
  };
  const count = pick(4 * RATE, 100);
  const scenes = {};
  for (const [name, shape] of Object.entries(shapes))
    scenes[name] = await Scene.open(stage, join(stage.directory, name), shape);
  const found = await inRounds(context, {
    few: () => round(scenes.few, count),
    many: () => round(scenes.many, count),
  });
  for (const scene of Object.values(scenes)) await scene.close();
  const findings = rows.map(({ row, what, unit, mark }) => {
    const [few, many] = [found.few, found.many].map((rounds) => rounds.map((each) => each[what]));
    return {
      row,
      ...finding({ what, unit, figures: many, baseline: { what: titleOf(shapes.few), figures: few }, mark }),
    };
  });
  return {
    title: 'a request',
    ours: titleOf(shapes.many),
    sizes: `${RATE} requests a second, ${count} a round of each kind`,
    findings,
  };
}
