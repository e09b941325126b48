/** Groups of consumers in one process, at random. `MILLRACE_SEED=n` repeats a run, `MILLRACE_RUNS=n` makes it so many. */
import { describe, expect, test } from 'vitest';
import type { Store } from '#millrace/main.js';
import { openMemberRig } from '../member/member-rig.ts';
import { askedSeed, Random, seedsOf } from '../support/random.ts';
import { GroupLife, type LifeOptions } from './group-life.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 8);
const STEPS = 60;
const PARTITIONS = 5;

async function live(seed: number, options: Pick<LifeOptions, 'assignors' | 'ways'>): Promise<GroupLife> {
  const rig = await openMemberRig(PARTITIONS);
  await rig.store.createTopic('out');
  const life = new GroupLife({ random: new Random(seed), rig, partitions: PARTITIONS, ...options });
  try {
    for (let i = 0; i < STEPS; i++) await life.step();
    await life.settle();
    if (life.broken !== null) throw life.broken;
    const done = options.ways.includes('transactions') ? committedOf(rig.store) : [...life.handled.keys()];
    expect(done.sort()).toEqual(life.expected.sort());
  } catch (error) {
    const trace = life.trace.slice(-60).join('\n');
    throw new Error(`MILLRACE_SEED=${seed}\n${trace}\n${String(error)}`, { cause: error });
  }
  await rig.store.close();
  return life;
}

/** The values that readers of committed records see. */
function committedOf(store: Store): string[] {
  const log = store.partition('out', 0);
  expect(log.lastStableOffset).toBe(log.endOffset);
  const aborted = log.abortedTransactions(0, log.endOffset);
  const values: string[] = [];
  for (let offset = 0; offset < log.endOffset;) {
    const run = log.read(offset);
    for (const batch of run) {
      const isAborted = aborted.some(
        ({ producerId, firstOffset, lastOffset }) =>
          producerId === batch.producerId && firstOffset <= batch.baseOffset && batch.baseOffset < lastOffset,
      );
      if (!batch.isControl && !isAborted) for (const record of batch) values.push(String(record.value));
    }
    offset = run.nextOffset;
  }
  return values;
}

const assignors: [string, LifeOptions['assignors']][] = [
  ['range', ['range']],
  ['roundrobin', ['roundrobin']],
  ['sticky', ['sticky']],
  ['cooperative-sticky', ['cooperative-sticky']],
  ['both', ['range', 'cooperative-sticky']],
];

/** What happened in all lives. */
const counts = new Map<string, number>();

describe.each(assignors)('%s', (_name, chosen) => {
  test('each record is handled, and no partition has two owners', { timeout: RUNS * 20_000 }, async () => {
    for (const seed of seedsOf(RUNS)) {
      const life = await live(seed, { assignors: chosen, ways: ['each', 'eachBatch', 'loop', 'readable'] });
      for (const [name, count] of life.counts) counts.set(name, (counts.get(name) ?? 0) + count);
    }
    expect(counts.get('join') ?? 0).toBeGreaterThan(0);
  });

  test('in transactions each record is there once', { timeout: RUNS * 20_000 }, async () => {
    for (const seed of seedsOf(RUNS)) {
      const life = await live(seed, { assignors: chosen, ways: ['transactions'] });
      expect(life.counts.get('committed') ?? 0).toBeGreaterThan(0);
    }
  });
});

test('members came, left, died and were stuck', () => {
  // One life that was asked for need not have all of it.
  const kinds = askedSeed() === null ? ['join', 'close', 'die', 'stuck'] : ['join'];
  for (const kind of kinds) expect(counts.get(kind) ?? 0, kind).toBeGreaterThan(0);
});
