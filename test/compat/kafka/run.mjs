/**
 * `npm run test:kafka`: a real Kafka judges what our engine writes and recovers.
 *
 * Needs Java 17 and Maven (the jars are fetched once). Without them it says so and ends well, unless CI=true. MILLRACE_SEED repeats a
 * run. One JVM answers all questions. Arguments choose parts: dump, clean, histories, producers, killed, recovery, compaction, transactions,
 * offsets, protocol, assignors, security, broker, broker-groups, broker-consumer-groups, broker-transactions.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { missingCommands } from '../../../tools/kafka-jars.mjs';
import { judgeAssignors } from './assignor-checks.mjs';
import { BrokerTrial } from './broker-checks.mjs';
import { agreedCases, flip, differingCases } from './damage-matrix.mjs';
import { judgeBrokerConsumerGroups } from './broker-consumer-groups.mjs';
import { judgeBrokerGroups } from './broker-groups.mjs';
import { judgeBrokerTransactions } from './broker-transactions.mjs';
import { logsOf } from './damage.mjs';
import { filesOf, forgetCleanStop, hasCleanMarker, partitionsOf, selectFiles, Workshop } from './directories.mjs';
import { judgeCompaction } from './compaction.mjs';
import { compareDumps } from './dump-comparison.mjs';
import { dumpGate } from './dump-gate.mjs';
import { report, withStore, writeTopics } from './engine.mjs';
import { prepareJava } from './java.mjs';
import { HISTORIES, HISTORY_TOPIC, writeHistories } from './histories.mjs';
import { Judge } from './judge.mjs';
import { firstDifference } from './log-report.mjs';
import {
  AT_ONCE,
  DERIVED,
  kafkaReadsTheSame,
  retentionIsTheSame,
  timestampsFor,
  toolAgrees,
  weReadWhatKafkaAppends,
} from './partition-checks.mjs';
import { judgeOffsets } from './offset-checks.mjs';
import { judgeProducers } from './producer-checks.mjs';
import { judgeSecurity } from './security-checks.mjs';
import { judgeProtocol } from './protocol-checks.mjs';
import { holds, same, Tally } from './tally.mjs';
import { judgeTransactions } from './transaction-checks.mjs';
import { HAS_ZSTD, Random, SMALL_TOPIC, TOPICS } from './workload.mjs';

const MEMORY = '/dev/shm';
const chosen = process.argv.slice(2);
const { MILLRACE_SEED: asked = '1' } = process.env;
const seed = asked === 'new' ? Date.now() % 2 ** 31 : Number(asked);

/** A, B and E on one partition of a store that our engine wrote and closed. */
async function judgePartition(
  tally,
  judge,
  workshop,
  store,
  { name, partition, config, what = `${name}-${partition}` },
) {
  const directory = join(store, `${name}-${partition}`);
  // Read from a copy: opening and closing a store again is not what is judged here.
  const copy = workshop.copy(store, 'store');
  const random = new Random(seed + partition);
  let ours = null;
  await tally.check(`${what}: we read it`, async () => {
    ours = await report(copy, name, partition, (batches) => timestampsFor(batches, random));
    holds(ours.batches.length > 0, 'nothing was written');
  });
  workshop.drop(copy);
  if (ours === null) return;
  const about = { topic: name, partition, config, ours };
  await tally.check(`${what}: DumpLogSegments`, () => toolAgrees(judge, directory, ours));
  await tally.check(`${what}: Kafka removes the same old segments`, () =>
    retentionIsTheSame(judge, workshop, store, about),
  );
  for (const clean of [true, false]) {
    const how = clean ? 'trusting our indexes' : 'recovering';
    await tally.check(`${what}: Kafka reads the same, ${how}`, () =>
      kafkaReadsTheSame(judge, workshop, directory, { ...about, clean }),
    );
    await tally.check(`${what}: we read what Kafka appended, ${clean ? 'no recovery' : 'recovering'}`, () =>
      weReadWhatKafkaAppends(judge, workshop, store, { ...about, clean }),
    );
  }
}

/** The store that several parts judge: each topic filled and stopped cleanly, written when first asked for. */
async function writtenStore(root) {
  const store = join(root, 'written');
  if (existsSync(store)) return store;
  mkdirSync(store);
  await writeTopics(store, TOPICS, (topic, partition) => new Random(seed + topic.name.length * 100 + partition));
  return store;
}

async function judgeCleanStore(tally, judge, workshop, root) {
  const store = await writtenStore(root);
  await tally.check('a clean stop leaves the marker', () => holds(hasCleanMarker(store), 'no marker'));
  for (const { name, partitions, config } of TOPICS) {
    for (let partition = 0; partition < partitions; partition++) {
      await judgePartition(tally, judge, workshop, store, { name, partition, config });
    }
  }
}

/** The judge can say no: what it is to find in our files, put there by hand. */
async function judgeTheJudge(tally, judge, workshop, root) {
  const name = 'codecs-0';
  const directory = join(await writtenStore(root), name);
  const [log] = logsOf(directory);
  const base = log.slice(0, -4);
  const faults = {
    // In the first record, whatever the first batch's size: behind it stands what no checksum covers.
    'a record that was changed': [log, 62, 'isvalid: false'],
    'an offset entry with another offset': [`${base}.index`, 3, 'Mismatches in :'],
    'a time entry with another time': [`${base}.timeindex`, 7, 'Found timestamp mismatch in'],
  };
  for (const [what, [file, position, sentence]] of Object.entries(faults)) {
    await tally.check(`DumpLogSegments objects to ${what}`, async () => {
      const copy = workshop.copy(directory, name);
      flip(join(copy, file), position, 0x04);
      const { complaints } = await dumpGate(judge, copy);
      holds(
        complaints.some((complaint) => complaint.includes(sentence)),
        `it says ${JSON.stringify(complaints)}`,
      );
      workshop.drop(copy);
    });
  }
}

/** The same for logs that were closed, cut and trimmed in between. */
async function judgeHistories(tally, judge, workshop, root) {
  const store = join(root, 'history');
  mkdirSync(store);
  await writeHistories(store, (partition) => new Random(seed + 7 * partition));
  const { name, config } = HISTORY_TOPIC;
  for (const [partition, what] of HISTORIES.entries()) {
    await judgePartition(tally, judge, workshop, store, { name, partition, config, what });
  }
}

/** Runs the writer until it has told of so many appends, kills it, and returns the last offset it told of. */
async function killWriter(directory, appends) {
  const script = fileURLToPath(new URL('killed-writer.mjs', import.meta.url));
  const writer = spawn(process.execPath, [script, directory, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let count = 0;
  let last = -1;
  for await (const line of createInterface({ input: writer.stdout })) {
    last = Number(line);
    if (++count === appends) writer.kill('SIGKILL');
  }
  if (count < appends) throw new Error(`the writer ended by itself after ${count} appends`);
  return last;
}

/** A directory whose writer was killed: both recover a copy, to the same log. */
async function judgeKilledStore(tally, judge, workshop, root, appends) {
  const store = join(root, `killed-${appends}`);
  mkdirSync(store);
  const last = await killWriter(store, appends);
  await tally.check(`killed after ${appends} appends: both recover the same`, async () => {
    holds(!hasCleanMarker(store), 'a killed writer left the marker of a clean stop');
    const [partition] = partitionsOf(store);
    const theirCopy = workshop.copy(join(store, partition), partition);
    const theirs = await judge.open(theirCopy, { clean: false, config: { 'segment.bytes': 65_536, ...AT_ONCE } });
    const ourCopy = workshop.copy(store, 'store');
    // Once by worker threads, as a store does by default; the report then finds it recovered.
    await withStore(ourCopy, () => undefined);
    const ours = await report(ourCopy, 'killed', 0);
    holds(theirs.logEndOffset > last, `${last} was told of, Kafka finds up to ${theirs.logEndOffset}`);
    same('log end offset', ours.logEndOffset, theirs.logEndOffset);
    const difference = firstDifference(ours.batches, theirs.batches);
    holds(difference === null, difference);
    same('files', filesOf(join(ourCopy, partition), DERIVED), selectFiles(theirs.files, DERIVED));
  });
}

/** C: a whole broker over the same store. */
async function judgeByBroker(tally, judge, java, root) {
  const store = await writtenStore(root);
  const about = { store, topics: TOPICS, random: new Random(seed) };
  const trial = await BrokerTrial.prepare(java, judge, join(root, 'broker'), about);
  try {
    await trial.run(tally, { clean: false });
    await trial.run(tally, { clean: true });
  } finally {
    await trial.stop();
  }
}

/** F: damage of many kinds, recovered by both. */
async function judgeRecovery(tally, judge, workshop, root) {
  const store = join(root, 'small');
  mkdirSync(store);
  await writeTopics(store, [SMALL_TOPIC], () => new Random(seed));
  const name = `${SMALL_TOPIC.name}-0`;
  const pristine = join(store, name);
  const damaged = (damage) => {
    const copy = workshop.copy(store, 'store');
    forgetCleanStop(copy);
    damage(join(copy, name));
    return copy;
  };
  for (const { name: what, damage } of agreedCases(pristine)) {
    await tally.check(`recovery: ${what}`, async () => {
      const copy = damaged(damage);
      const theirCopy = workshop.copy(join(copy, name), name);
      const theirs = await judge.open(theirCopy, { clean: false, config: { ...SMALL_TOPIC.config, ...AT_ONCE } });
      const ours = await report(copy, SMALL_TOPIC.name, 0);
      same('log end offset', ours.logEndOffset, theirs.logEndOffset);
      same('files', filesOf(join(copy, name), DERIVED), selectFiles(theirs.files, DERIVED));
      workshop.drop(copy);
      workshop.drop(theirCopy);
    });
  }
  for (const { name: what, damage, end } of differingCases(pristine)) {
    await tally.check(`recovery, unlike Kafka on purpose: ${what}`, async () => {
      const copy = damaged(damage);
      const ours = await report(copy, SMALL_TOPIC.name, 0);
      holds(ours.logEndOffset === end, `our log ends at ${ours.logEndOffset}, expected ${end}`);
      workshop.drop(copy);
    });
  }
}

async function main() {
  const missing = missingCommands();
  if (missing.length > 0) {
    console.log(`test:kafka: skipped, not found: ${missing.join(', ')} (a JDK of 17 or later, and Maven)`);
    process.exitCode = process.env.CI === 'true' ? 1 : 0;
    return;
  }
  const java = prepareJava((line) => console.log(line));
  const judge = new Judge(java);
  const root = mkdtempSync(join(tmpdir(), 'millrace-kafka-'));
  // Copies are opened hundreds of times, and each stop flushes: in memory that costs nothing. What is judged was written to a disk.
  const scratch = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'millrace-kafka-'));
  const workshop = new Workshop(scratch);
  const tally = new Tally();
  if (!HAS_ZSTD)
    console.log(`Node ${process.versions.node} cannot compress zstd: its batches are judged on 22.15 and later`);
  console.log(`judged by Kafka ${java.version}; MILLRACE_SEED=${seed}`);
  const random = new Random(seed);
  const parts = {
    dump: () => compareDumps(tally, judge, workshop),
    clean: async () => {
      await judgeCleanStore(tally, judge, workshop, root);
      await judgeTheJudge(tally, judge, workshop, root);
    },
    histories: () => judgeHistories(tally, judge, workshop, root),
    producers: () => judgeProducers(tally, judge, workshop, root, seed),
    killed: async () => {
      for (let i = 0; i < 3; i++) await judgeKilledStore(tally, judge, workshop, root, 1 + random.below(1500));
    },
    recovery: () => judgeRecovery(tally, judge, workshop, root),
    compaction: () => judgeCompaction(tally, judge, workshop, root, seed),
    transactions: () => judgeTransactions(tally, judge, java, root),
    offsets: () => judgeOffsets(tally, judge, java, root),
    security: () => judgeSecurity(tally, judge, root, seed),
    protocol: () => judgeProtocol(tally, judge, seed),
    assignors: () => judgeAssignors(tally, judge, seed),
    broker: () => judgeByBroker(tally, judge, java, root),
    'broker-groups': () => judgeBrokerGroups(tally, judge, java, root),
    'broker-consumer-groups': () => judgeBrokerConsumerGroups(tally, judge, java, root, seed),
    'broker-transactions': () => judgeBrokerTransactions(tally, judge, java, root),
  };
  try {
    for (const part of chosen.length > 0 ? chosen : Object.keys(parts)) await parts[part]();
  } finally {
    await judge.close();
  }
  rmSync(scratch, { recursive: true, force: true });
  if (tally.failed > 0) console.log(`kept for a look: ${root}`);
  else rmSync(root, { recursive: true, force: true });
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  if (tally.failed > 0) process.exitCode = 1;
}

await main();
