/**
 * Committed offsets, judged by Kafka: what it reads in a log that we wrote, and what it answers of groups whose log we load then: members of both protocols,
 * groups without members, transactions in every order, and what was forgotten.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'millrace';
import { systemClock } from '#millrace/clock.js';
import { commitRecords, tombstones } from '#millrace/group/commit-records.js';
import { answerOffsets } from '#millrace/group/offset-answer.js';
import { OffsetReader } from '#millrace/group/offset-reader.js';
import { Broker } from './broker.mjs';
import { withStore } from './engine.mjs';
import { ourDump } from './our-dump.mjs';
import { holds, same } from './tally.mjs';

const TOPIC = '__consumer_offsets';
const LOG = '00000000000000000000.log';
const TRANSACTIONAL = { producer: { producerId: 7, producerEpoch: 0, isTransactional: true } };

/** Each version of a value that is written, with and without all that it can have; tombstones, and a transaction of each end. */
async function writeOffsets(directory) {
  await withStore(directory, async (store) => {
    await store.createTopic(TOPIC, { config: { 'cleanup.policy': 'compact' } });
    const log = store.partition(TOPIC, 0);
    const offsets = [
      { topic: 'in', partition: 0, offset: 5 },
      { topic: 'größe', partition: 2 ** 31 - 1, offset: 2 ** 52, leaderEpoch: 7, metadata: 'Ü "\\ 😀' },
    ];
    const commit = { groupId: 'g', offsets, now: Date.now(), metadataMax: 4096 };
    log.append(commitRecords(commit).records);
    log.append(commitRecords({ ...commit, groupId: 'expiring', retentionMs: 60_000 }).records);
    const [first, second] = offsets;
    const named = [{ ...first, topicId: 'abcdefghijklmnopqrstuA' }, second];
    log.append(commitRecords({ ...commit, groupId: 'with ids', offsets: named }).records);
    for (const type of ['commit', 'abort']) {
      log.append(commitRecords({ ...commit, groupId: type }).records, TRANSACTIONAL);
      log.endTransaction({ producerId: 7, producerEpoch: 0, type });
    }
    log.append(tombstones('g', offsets));
  });
}

/** The records of a log as each tool decodes them, from `key:` or the marker on; ours and Kafka's in pairs. */
export async function decodedPairs(judge, file, option) {
  const records = (lines) =>
    lines.filter((line) => line.startsWith('| ')).map((line) => line.replace(/^.* headerKeys: \[\] ?/, ''));
  const theirs = records((await judge.dump(option, '--files', file)).split('\n'));
  const ours = records(await ourDump(option, file));
  same('records', ours.length, theirs.length);
  holds(ours.length > 0, 'no records');
  return ours.map((line, i) => [line, theirs[i].trimEnd()]);
}

async function judgeOurs(tally, judge, directory) {
  await writeOffsets(directory);
  await tally.check('Kafka’s decoder reads each of our records as ours does', async () => {
    const pairs = await decodedPairs(judge, join(directory, `${TOPIC}-0`, LOG), '--offsets-decoder');
    for (const [ours, theirs] of pairs) same('record', ours, theirs);
    const kinds = ['"version":"1"', '"version":"3"', '"version":"4"', '<DELETE>', 'COMMIT', 'ABORT'];
    const counts = kinds.map((kind) => pairs.filter(([line]) => line.includes(kind)).length);
    same('kinds', counts, [2, 7, 1, 2, 1, 1]);
  });
}

const rowsOf = (offsets) =>
  offsets.map(({ topic, partition, offset, leaderEpoch, metadata }) => [
    topic,
    partition,
    offset,
    leaderEpoch,
    metadata,
  ]);

async function judgeTheirs(tally, judge, java, directory) {
  const settings = {
    'transaction.state.log.num.partitions': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
  };
  const broker = await Broker.format(java, directory, settings);
  let theirs = null;
  await broker.start();
  try {
    await tally.check('Kafka’s clients commit, and forget', async () => {
      theirs = await judge.ask({ command: 'offsets', server: broker.server });
      const { simple, forgotten, moved } = theirs.groups;
      same('offsets of groups', [simple.length, forgotten.length, moved.length], [2, 0, 2]);
      same('stable ones', theirs.stable.length, 1);
    });
  } finally {
    await broker.stop();
  }
  if (theirs === null) return;
  const store = await openStore(broker.logDir, { readOnly: true });
  const groups = Object.keys(theirs.groups);
  await tally.check('we load what Kafka answers, of each group', async () => {
    for (const group of groups) same(group, rowsOf(await store.committedOffsets(group)), theirs.groups[group]);
  });
  await tally.check('what its transactions have open we do not answer either', async () => {
    const reader = new OffsetReader(store.partition(TOPIC, 0), { clock: systemClock, deleteRetentionMs: 86_400_000 });
    const table = await reader.read();
    const found = answerOffsets(table, { groupId: 'moved', partitions: null, requireStable: true });
    const stable = found.filter(({ error }) => error === null).map(({ committed }) => committed);
    same('stable ones', rowsOf(stable), theirs.stable);
    same('others', [found.length - stable.length, table.isPending('moved', 'in', 2)], [1, true]);
  });
  await store.close();
  for (const [topic, option] of [
    [TOPIC, '--offsets-decoder'],
    ['__transaction_state', '--transaction-log-decoder'],
  ]) {
    await tally.check(`millrace dump ${option} prints what DumpLogSegments does`, async () => {
      const pairs = await decodedPairs(judge, join(broker.logDir, `${topic}-0`, LOG), option);
      const named = pairs.filter(([ours]) => ours.startsWith('undecoded: '));
      for (const [ours, kafka] of pairs) if (!ours.startsWith('undecoded: ')) same('record', ours, kafka);
      // Those of groups and their members.
      const types = ([ours, kafka]) => [/record type (\d+), \w/.exec(ours)?.[1], /"type":"(\d+)"/.exec(kafka)?.[1]];
      for (const [ours, kafka] of named.map(types))
        holds(ours !== undefined && ours === kafka, `${ours}, Kafka's ${kafka}`);
      holds(pairs.length - named.length > 10, `${named.length} of ${pairs.length} records are only named`);
    });
  }
}

export async function judgeOffsets(tally, judge, java, root) {
  const [ours, broker] = [join(root, 'offsets'), join(root, 'offsets-broker')];
  for (const directory of [ours, broker]) mkdirSync(directory);
  await judgeOurs(tally, judge, ours);
  await judgeTheirs(tally, judge, java, broker);
}
