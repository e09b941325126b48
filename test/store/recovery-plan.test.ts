/** The plan of a recovery says what the recovery then does, and does none of it. */
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { openStore } from '#millrace/main.js';
import { type PartitionPlan, planRecovery } from '#millrace/store/recovery-plan.js';
import { FIXTURE } from '../compat/expected-log.ts';
import { makeStore, treeOf } from '../support/store-damage.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const system = new DiskFileSystem();

function plan(directory: string): PartitionPlan[] {
  const before = treeOf(directory);
  const plans = [...planRecovery(system, directory).partitions];
  expect(treeOf(directory)).toEqual(before);
  return plans;
}

/** Sizes and contents of logs and indexes, by path. */
function filesOf(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => /\.(?:log|index|timeindex|snapshot)$/.test(path)).sort();
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(directory, path)).toString('base64')]));
}

async function recover(directory: string): Promise<Map<string, number>> {
  const store = await openStore(directory, { defaults: { 'retention.ms': -1 } });
  const ends = new Map<string, number>();
  for (const { name, partitions } of store.topics())
    for (let i = 0; i < partitions; i++) ends.set(`${name}-${i}`, store.partition(name, i).endOffset);
  await store.close();
  return ends;
}

/** What changed on disk, for one partition, as the plan says it. */
function changesOf(
  before: Record<string, string>,
  after: Record<string, string>,
  name: string,
): { indexes: string[]; removed: string[] } {
  const of = (paths: string[]): string[] =>
    paths
      .filter((path) => path.startsWith(`${name}/`))
      .map((path) => path.slice(name.length + 1))
      .sort();
  const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
  return {
    indexes: of(changed.filter((path) => path.endsWith('index'))),
    removed: of(Object.keys(before).filter((path) => after[path] === undefined)),
  };
}

async function planComesTrue(directory: string): Promise<PartitionPlan[]> {
  const plans = plan(directory);
  const before = filesOf(directory);
  const ends = await recover(directory);
  const after = filesOf(directory);
  for (const planned of plans) {
    const name = `${planned.topic}-${planned.partition}`;
    expect(planned.endOffset, name).toBe(ends.get(name));
    const { indexes, removed } = changesOf(before, after, name);
    expect([...planned.indexes].sort(), name).toEqual(indexes);
    expect([...planned.removed].sort(), name).toEqual(removed);
  }
  return plans;
}

test('what Kafka left when it was killed: each partition, from its recovery point', async () => {
  const directory = join(temporaryDirectory(), 'data');
  cpSync(join(FIXTURE, 'killed/log-dir'), directory, { recursive: true });
  const plans = await planComesTrue(directory);
  expect(plans).toHaveLength(11);
  const damaged = plans
    .filter(({ damage }) => damage !== null)
    .map(({ topic, partition, damage }) => [
      `${topic}-${partition}`,
      damage!.position,
      damage!.reason,
      damage!.bytesCut,
    ]);
  expect(damaged).toEqual([
    ['codecs-0', 2766, 'short', 324],
    ['codecs-1', 1466, 'short', 30],
    ['codecs-2', 5124, 'checksum', 350],
  ]);
  expect(plans.find(({ topic, partition }) => topic === 'codecs' && partition === 3)).toMatchObject({
    damage: null,
    bytesReserved: 300,
    recoveryPoint: 97,
  });
});

describe('a store of ours', () => {
  async function killed(): Promise<string> {
    const directory = join(temporaryDirectory(), 'data');
    await makeStore(directory);
    rmSync(join(directory, '.kafka_cleanshutdown'));
    return directory;
  }

  test('that needs nothing: only what lies past the recovery points is looked at', async () => {
    const directory = await killed();
    const plans = await planComesTrue(directory);
    for (const each of plans)
      expect(each).toMatchObject({
        recoveryPoint: 120,
        endOffset: 120,
        damage: null,
        indexes: [],
        removed: [],
        error: null,
      });
    expect(plans.reduce((sum, { bytesRead }) => sum + bytesRead, 0)).toBeLessThan(
      plans.reduce((sum, { bytes }) => sum + bytes, 0) / 2,
    );
  });

  test('that lost recovery points, a middle and an index', async () => {
    const directory = await killed();
    rmSync(join(directory, 'recovery-point-offset-checkpoint'));
    const [first, second] = readdirSync(join(directory, 'plain-0')).filter((name) => name.endsWith('.log'));
    truncateSync(join(directory, 'plain-0', first), 700);
    rmSync(join(directory, 'plain-1', second.replace('.log', '.index')), { force: true });
    writeFileSync(join(directory, 'packed-0', '00000000000000000999.snapshot'), 'x');
    appendFileSync(join(directory, 'packed-0', '00000000000000000000.timeindex'), Buffer.alloc(12));
    const plans = await planComesTrue(directory);
    const [packed, plain] = plans;
    expect(plain.damage).toMatchObject({ path: join(directory, 'plain-0', first), reason: 'short' });
    expect(plain.damage!.segmentsRemoved.length).toBeGreaterThan(0);
    expect(plain.removed.length).toBeGreaterThan(2);
    expect(packed.removed).toEqual(['00000000000000000999.snapshot']);
    expect(packed.indexes).toEqual(['00000000000000000000.timeindex']);
  });

  test('with a partition that cannot be recovered', async () => {
    const directory = await killed();
    writeFileSync(join(directory, 'plain-1', '00000000000000000000.log.swap'), 'x');
    const [, , last] = plan(directory);
    expect(last).toMatchObject({
      topic: 'plain',
      partition: 1,
      endOffset: null,
      error: { code: 'ERR_MILLRACE_CORRUPT' },
    });
  });

  test('that was stopped cleanly, or is in use', async () => {
    const directory = join(temporaryDirectory(), 'data');
    await makeStore(directory);
    expect(planRecovery(system, directory)).toMatchObject({ clean: true, count: 0, change: null });
    const store = await openStore(directory);
    expect(() => planRecovery(system, directory)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_LOCKED' }));
    await store.close();
  });
});
