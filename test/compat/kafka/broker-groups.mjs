/**
 * Groups on the wire: the same requests, and the same Java consumers, against Kafka's broker and ours; the answers must be the same.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from '#millrace/broker/broker.js';
import { Broker } from './broker.mjs';
import { GROUP_SETTINGS, GROUP_TOPICS, playGroups } from './group-scenes.mjs';
import { holds, same } from './tally.mjs';
import { WireClient } from './wire-client.mjs';

const CLIENT_TOPIC = 'java';
const settings = {
  ...GROUP_SETTINGS,
  'transaction.state.log.num.partitions': 1,
  'offsets.topic.num.partitions': 4,
};

async function makeTopics(server) {
  const client = await WireClient.open(server);
  const rest = { numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] };
  const topics = GROUP_TOPICS.map((name) => ({ name, ...rest }));
  topics.push({ ...rest, name: CLIENT_TOPIC, numPartitions: 6 });
  const answer = await client.ask('createTopics', 5, { topics, timeoutMs: 30_000, validateOnly: false });
  client.close();
  for (const { name, errorCode } of answer.topics) holds(errorCode === 0, `topic ${name}: error ${errorCode}`);
}

/** With what is not right in our broker's log. */
async function withOurs(run) {
  const complaints = [];
  const complain = (fields, message) => complaints.push(`${message}: ${fields.err ?? JSON.stringify(fields)}`);
  const broker = await startBroker({ port: 0, data: 'memory', logger: { error: complain }, config: settings });
  try {
    await run(broker);
  } finally {
    await broker.close();
  }
  holds(complaints.length === 0, complaints.join('\n'));
}

export async function judgeBrokerGroups(tally, judge, java, root) {
  const directory = join(root, 'broker-groups');
  mkdirSync(directory);
  const kafka = await Broker.format(java, directory, settings);
  const command = (server) => ({ command: 'groups', server, topic: CLIENT_TOPIC });
  let scenes = [];
  let clients = null;
  await kafka.start();
  try {
    await makeTopics(kafka.server);
    scenes = await playGroups(kafka.server);
    clients = await judge.ask(command(kafka.server));
  } finally {
    await kafka.stop();
  }
  await tally.check('our broker logs nothing to be ashamed of', () =>
    withOurs(async (broker) => {
      await makeTopics(broker.address);
      const ours = await playGroups(broker.address);
      for (let i = 0; i < Math.max(scenes.length, ours.length); i++) {
        const [what] = scenes[i] ?? ours[i];
        await tally.check(`on the wire: ${i} ${what}`, () => same('answer', ours[i], scenes[i]));
      }
      await tally.check('Kafka’s consumers', async () => {
        same('report', await judge.ask(command(broker.address)), clients);
      });
    }),
  );
}
