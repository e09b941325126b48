/** What a Kafka Streams application must be able to do with our broker, exactly once whatever becomes of its instances and of the broker. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '#millrace/main.js';
import { startJava } from '../../kafka/java.mjs';
import { holds, same } from '../../kafka/tally.mjs';
import { ended, outputOf } from '../command.mjs';
import { BrokerProcess } from '../groups/broker-process.mjs';
import { PARTITIONS, WordCount } from './word-count.mjs';

/** Long enough for transactions to be met open. */
const SLOWLY = { commitMs: 1_000 };
const TIMED_OUT = 'a transaction took longer than its time-out';
const TOPIC = 'lines';
const OUTPUT = 'counts';

/** Topics that the application makes for itself, with what it asks of them. */
function checkOwnTopics(store, group) {
  const settings = (name) => store.topic(`${group}-${name}`).config;
  const common = { 'message.timestamp.type': 'CreateTime' };
  const byName = (config) => Object.entries(config).sort(([a], [b]) => a.localeCompare(b));
  same('changelog', byName(settings('counts-changelog')), byName({ ...common, 'cleanup.policy': 'compact' }));
  const between = { ...common, 'cleanup.policy': 'delete', 'retention.ms': -1, 'segment.bytes': 52_428_800 };
  same('topic between', byName(settings('words-repartition')), byName(between));
}

/** Kafka's tool sets an application back to its start: its offsets of the lines, and its own topics, which go. */
async function checkReset(trial, words, tools) {
  const about = ['--bootstrap-server', trial.address, '--application-id', words.group];
  const options = { stdio: ['pipe', 'pipe', 'pipe'], level: 'ERROR' };
  const args = [...about, '--input-topics', words.topic, '--force'];
  await outputOf(ended(startJava(tools, 'org.apache.kafka.tools.StreamsResetter', args, options)));
  const own = trial.store.topics().filter(({ name }) => name.startsWith(`${words.group}-`));
  same('topics of its own', own, []);
  const offsets = await trial.store.committedOffsets(words.group);
  same(
    'offsets of lines',
    offsets.filter(({ topic }) => topic === words.topic).map(({ offset }) => offset),
    Array.from({ length: PARTITIONS }, () => 0),
  );
}

/** `command`: of an instance; `tools`: what starts Kafka's tools. */
export function wordCountChecks(trial, { command, tools }) {
  const check = (run) => async () => {
    const topic = await trial.makeTopic(TOPIC, { partitions: PARTITIONS });
    const output = await trial.makeTopic(OUTPUT, { partitions: PARTITIONS });
    const words = new WordCount(command, { address: trial.address, store: trial.store, topic, output });
    try {
      await run(words);
    } finally {
      await words.end();
    }
  };
  return {
    'one instance counts the words of a text, then two of them, then the one that is left; it is reset': check(
      async (words) => {
        const first = words.start('a');
        await words.write();
        await words.awaitCounted();
        checkOwnTopics(trial.store, words.group);
        const [{ protocolName, state, members }] = await trial.store.groupCoordinator.describe([words.group]);
        same('group', [protocolName, state, members.length], ['stream', 'Stable', 1]);
        const second = words.start('b');
        await words.awaitShared(first, second);
        await words.write();
        await words.awaitCounted();
        await first.leave();
        await words.awaitShared(second);
        await words.write();
        await words.awaitCounted();
        const between = trial.store.partition(`${words.group}-words-repartition`, 0);
        await words.until('words that were counted are deleted between', () => between.startOffset > 0);
        await words.finish(second);
        await checkReset(trial, words, tools);
      },
    ),

    'an instance that is killed in a transaction, and started again': check(async (words) => {
      const killed = words.start('a', SLOWLY);
      await words.write();
      await words.awaitCounted();
      await words.writeUntilOpen();
      await killed.kill();
      const next = words.start('a');
      await words.finish(next);
    }),

    'an instance that stands still in a transaction until another has gone on, and comes back': check(async (words) => {
      const first = words.start('a', { ...SLOWLY, transactionMs: 6_000 });
      await words.write();
      await words.awaitCounted();
      await words.writeUntilOpen();
      first.standStill();
      const second = words.start('b');
      await words.awaitCounted();
      first.goOn();
      await words.awaitShared(first, second);
      await words.finish(first, second);
      // Said of the transaction that was met open, unless its end was under way already.
      const others = trial.complaints.filter((complaint) => !complaint.startsWith(TIMED_OUT));
      trial.complaints.splice(0, trial.complaints.length, ...others);
    }),

    'the streams protocol (KIP-1071), which is not served, is refused plainly': check(async (words) => {
      const refused = words.start('a', { protocol: 'streams' });
      await words.until('it ends', () => refused.hasEnded);
      holds(refused.said.includes('does not support the STREAMS group protocol'), refused.said);
    }),
  };
}

export function restartedBrokerChecks({ command }) {
  return {
    'a broker that is stopped, and killed, and is back each time: it goes on by itself': async () => {
      const data = mkdtempSync(join(tmpdir(), 'millrace-streams-broker-'));
      const broker = await BrokerProcess.of(data);
      let store = await openStore(data);
      for (const topic of [TOPIC, OUTPUT]) await store.createTopic(topic, { partitions: PARTITIONS });
      await store.close();
      store = await openStore(data, { readOnly: true });
      const words = new WordCount(command, { address: broker.address, store, topic: TOPIC, output: OUTPUT });
      try {
        await broker.start();
        const instance = words.start('a');
        await words.write();
        await words.awaitCounted();
        for (const signal of ['SIGTERM', 'SIGKILL']) {
          await words.write();
          await broker.stop(signal);
          await broker.start();
          await words.awaitCounted();
        }
        await words.finish(instance);
      } finally {
        await words.end();
        await store.close();
        await broker.stop('SIGKILL');
        rmSync(data, { recursive: true, force: true });
      }
    },
  };
}
