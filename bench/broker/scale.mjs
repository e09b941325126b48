/**
 * What a thousand connections and ten thousand partitions cost: two brokers of ours, one with 10 of each and one with all, under the same paced load, in turn,
 * round by round. What is asked for is
 *
 *     one       always the same partition, over the same connection: what others that are open cost it
 *     spread    a partition drawn at random, over the next connection: what it costs to use them all
 *
 * Beside latencies stands what does not depend as much on who else uses the machine: processor time of the broker's main thread. Also measured: what a
 * Metadata request for all topics takes, and memory.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { finding } from '../harness/findings.mjs';
import { inRounds, quantile } from '../harness/rounds.mjs';
import { Scene } from './scene.mjs';

const MIB = 2 ** 20;
const RATE = 500;
const MARK = { of: 'ratio', atMost: 2 };

const kinds = ['produce', 'fetch'].flatMap((what) => [
  { title: `${what}, one`, what, isSpread: false },
  { title: `${what}, spread`, what, isSpread: true },
]);

/** Latencies of requests begun at a pace, in ms. */
async function paced(scene, { what, isSpread }, count) {
  const latencies = [];
  const running = [];
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * RATE) + 1);
    for (; sent < due; sent++) running.push(scene.latency(what, isSpread).then((ms) => latencies.push(ms)));
    await setTimeout(1);
  }
  await Promise.all(running);
  return latencies;
}

/** A scene's turn. */
async function turn({ scene, kind, count }) {
  const before = scene.broker.mainThreadMicros;
  const latencies = await paced(scene, kind, count);
  const processor = (scene.broker.mainThreadMicros - before) / count;
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), processor };
}

const titleOf = ({ connections, partitions }) => `${connections} connections, ${partitions} partitions`;

/** What is told of each kind of request. */
const told = [
  { part: 'p50', row: 'p50 / p99', unit: 'ms', mark: MARK },
  { part: 'p99', row: 'p50 / p99', unit: 'ms', mark: MARK },
  { part: 'processor', row: 'processor time', unit: 'µs' },
];

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
  /** Of both, in turn. */
  const inBoth = (measured) =>
    inRounds(context, { few: () => measured(scenes.few), many: () => measured(scenes.many) });
  const findings = [];
  const add = ({ row, what, unit, mark, found, of }) => {
    const [few, many] = [found.few, found.many].map((rounds) => rounds.map(of));
    const baseline = { what: titleOf(shapes.few), figures: few };
    findings.push({ row, ...finding({ what, unit, figures: many, baseline, mark }) });
  };
  for (const kind of kinds) {
    const found = await inBoth((scene) => turn({ scene, kind, count }));
    for (const { part, row, unit, mark } of told) {
      const what = { row: `${kind.title}: ${row}`, what: `${kind.title}: ${part}`, unit, mark };
      add({ ...what, found, of: (each) => each[part] });
    }
  }
  const asked = await inBoth((scene) => scene.metadataMs());
  add({ row: 'metadata of all topics', what: 'metadata', unit: 'ms', found: asked, of: (ms) => ms });
  const memory = await inBoth((scene) => scene.broker.residentBytes.own / MIB);
  add({ row: 'memory of its own', what: 'memory', unit: 'MiB', found: memory, of: (mib) => mib });
  for (const scene of Object.values(scenes)) await scene.close();
  return {
    title: 'a request',
    ours: titleOf(shapes.many),
    sizes: `${RATE} requests a second, ${count} a round of each kind`,
    findings,
  };
}
