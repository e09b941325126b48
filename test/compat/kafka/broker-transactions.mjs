/**
 * Idempotence and transactions on the wire: the same requests, and the same Java client, against Kafka's broker and ours; the answers must be the same.
 *
 * Ours is told to be quick where both wait by the clock, so that a transaction runs out of its time in a second.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from '#millrace/broker/broker.js';
import { systemClock } from '#millrace/clock.js';
import { Broker } from './broker.mjs';
import { holds, same } from './tally.mjs';
import { play, SCENE_TOPICS } from './transaction-scenes.mjs';
import { WireClient } from './wire-client.mjs';

const CHECK_MS = 200;
const CLIENT_TOPIC = 'java';
const topicNames = [...SCENE_TOPICS, CLIENT_TOPIC];
const settings = {
  'transaction.state.log.num.partitions': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': CHECK_MS,
};
const quickClock = {
  ...systemClock,
  schedule: (delayMs, task, keepAlive) => systemClock.schedule(Math.min(delayMs, CHECK_MS), task, keepAlive),
};

async function makeTopics(server) {
  const client = await WireClient.open(server);
  const rest = { numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] };
  const topics = topicNames.map((name) => ({ name, ...rest }));
  const answer = await client.ask('createTopics', 5, { topics, timeoutMs: 30_000, validateOnly: false });
  client.close();
  for (const { name, errorCode } of answer.topics) holds(errorCode === 0, `topic ${name}: error ${errorCode}`);
}

/** With what is not right in our broker's log. */
async function withOurs(run) {
  const complaints = [];
  const complain = (fields, message) => complaints.push(`${message}: ${fields.err ?? JSON.stringify(fields)}`);
  const logger = { error: complain };
  const broker = await startBroker({ port: 0, data: 'memory', logger, clock: quickClock });
  try {
    await run(broker);
  } finally {
    await broker.close();
  }
  holds(complaints.length === 0, complaints.join('\n'));
}

async function compareScenes(tally, theirs, ours) {
  for (let i = 0; i < Math.max(theirs.length, ours.length); i++) {
    const [what] = theirs[i] ?? ours[i];
    await tally.check(`on the wire: ${i} ${what}`, () => same('answer', ours[i], theirs[i]));
  }
}

export async function judgeBrokerTransactions(tally, judge, java, root) {
  const directory = join(root, 'broker-transactions');
  mkdirSync(directory);
  const kafka = await Broker.format(java, directory, settings);
  const command = (server) => ({ command: 'transactions', server, topic: CLIENT_TOPIC, lateMs: 1_500 });
  let scenes = [];
  let client = null;
  await kafka.start();
  try {
    await makeTopics(kafka.server);
    scenes = await play(kafka.server);
    client = await judge.ask(command(kafka.server));
  } finally {
    await kafka.stop();
  }
  await tally.check('our broker logs nothing to be ashamed of', () =>
    withOurs(async (broker) => {
      await makeTopics(broker.address);
      await compareScenes(tally, scenes, await play(broker.address));
      await tally.check('Kafka’s transactional client', async () => {
        same('report', await judge.ask(command(broker.address)), client);
        const [offset] = await broker.store.committedOffsets('java');
        same('offset', [offset.offset, offset.metadata], [2, 'after 2']);
      });
    }),
  );
}
