/**
 * Idempotent and transactional producers: what our log knows of them, Kafka's log class must know when it opens the same files, by our snapshots and indexes
 * or by its own recovery; and what Kafka leaves of them, we must.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, forgetCleanStop, selectFiles } from './directories.mjs';
import { dumpGate } from './dump-gate.mjs';
import { withStore } from './engine.mjs';
import { AT_ONCE, DERIVED } from './partition-checks.mjs';
import { PRODUCER_TOPIC, producersOf, writeProducers } from './producer-workload.mjs';
import { holds, same } from './tally.mjs';
import { Random } from './workload.mjs';

const KNOWN = ['lastStableOffset', 'abortedTransactions', 'producers'];

function sameProducers(ours, theirs) {
  for (const key of KNOWN) same(key, ours[key], theirs[key]);
}

async function writeStore(store, seed) {
  mkdirSync(store);
  const { name, partitions, config } = PRODUCER_TOPIC;
  return withStore(store, async (opened) => {
    await opened.createTopic(name, { partitions, config });
    const known = [];
    for (let partition = 0; partition < partitions; partition++) {
      const log = opened.partition(name, partition);
      writeProducers(log, opened.producerIds, new Random(seed + partition));
      known.push({ ...producersOf(log), logStartOffset: log.startOffset });
    }
    return known;
  });
}

export async function judgeProducers(tally, judge, workshop, root, seed) {
  const store = join(root, 'producers');
  const known = await writeStore(store, seed);
  const { name, config } = PRODUCER_TOPIC;
  for (const [partition, ours] of known.entries()) {
    const directory = join(store, `${name}-${partition}`);
    const what = `${name}-${partition}`;
    const { logStartOffset } = ours;
    await tally.check(`${what}: DumpLogSegments reads snapshots and transaction indexes`, async () => {
      const names = readdirSync(directory);
      holds(ours.abortedTransactions.length > 2 && ours.producers.length === 6, 'there is little to judge');
      for (const suffix of ['.snapshot', '.txnindex'])
        holds(
          names.some((each) => each.endsWith(suffix)),
          `there is no ${suffix}`,
        );
      const { complaints } = await dumpGate(judge, directory);
      holds(complaints.length === 0, `DumpLogSegments objects:\n${complaints.join('\n')}`);
    });
    for (const clean of [true, false]) {
      const how = clean ? 'by our snapshots' : 'by its own recovery';
      await tally.check(`${what}: Kafka knows the same producers, ${how}`, async () => {
        const copy = workshop.copy(directory, what);
        const theirs = await judge.open(copy, { clean, config: { ...config, ...AT_ONCE }, logStartOffset });
        sameProducers(ours, theirs);
        same('files', filesOf(directory, DERIVED), selectFiles(theirs.files, DERIVED));
        workshop.drop(copy);
      });
    }
    for (const clean of [true, false]) {
      await tally.check(`${what}: we know what Kafka leaves, ${clean ? 'as it is' : 'recovering'}`, async () => {
        const copy = workshop.copy(store, 'store');
        const theirs = await judge.open(join(copy, what), {
          clean: false,
          config: { ...config, ...AT_ONCE },
          logStartOffset,
          append: 5,
        });
        if (!clean) forgetCleanStop(copy);
        await withStore(
          copy,
          (opened) => {
            const log = opened.partition(name, partition);
            sameProducers(producersOf(log), theirs);
            same('log end offset', log.endOffset, theirs.logEndOffset);
          },
          { recoveryThreads: 0 },
        );
        workshop.drop(copy);
      });
    }
  }
}
