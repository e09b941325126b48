/**
 * Groups of the consumer protocol (KIP-848): the same heartbeats to Kafka's broker and ours, those of scenes and random ones; the answers must be the same. And each
 * goes on with the `__consumer_offsets` that the other has written.
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from '#millrace/broker/broker.js';
import { openStore } from '#millrace/main.js';
import { Broker } from './broker.mjs';
import { CONSUMER_TOPICS } from './consumer-scene.mjs';
import { CONSUMER_SETTINGS, describeAll, goOn, playConsumers, playMixed, playRandom } from './consumer-scenes.mjs';
import { decodedPairs } from './offset-checks.mjs';
import { holds, same } from './tally.mjs';
import { WireClient } from './wire-client.mjs';

/** Of a classic group that is new, of which we write nothing. */
const NO_GENERATION = '"generation":0,';

const settings = { ...CONSUMER_SETTINGS, 'offsets.topic.num.partitions': 1 };

async function makeTopics(server) {
  const client = await WireClient.open(server);
  const rest = { replicationFactor: 1, assignments: [], configs: [] };
  const topics = Object.entries(CONSUMER_TOPICS).map(([name, numPartitions]) => ({ name, numPartitions, ...rest }));
  const answer = await client.ask('createTopics', 5, { topics, timeoutMs: 30_000, validateOnly: false });
  client.close();
  for (const { name, errorCode } of answer.topics) holds(errorCode === 0, `topic ${name}: error ${errorCode}`);
}

async function playAll(server, seed) {
  return [...(await playConsumers(server)), ...(await playRandom(server, seed)), ...(await playMixed(server, seed))];
}

/** With what is not right in our broker's log. */
async function withOurs(options, run) {
  const complaints = [];
  const complain = (fields, message) => complaints.push(`${message}: ${fields.err ?? JSON.stringify(fields)}`);
  const broker = await startBroker({ port: 0, logger: { error: complain }, config: settings, ...options });
  try {
    await run(broker);
  } finally {
    await broker.close();
  }
  holds(complaints.length === 0, complaints.join('\n'));
}

export async function judgeBrokerConsumerGroups(tally, judge, java, root, seed) {
  const directory = join(root, 'broker-consumer-groups');
  mkdirSync(directory);
  const kafka = await Broker.format(java, directory, settings);
  let scenes = [];
  let described = null;
  await kafka.start();
  try {
    await makeTopics(kafka.server);
    scenes = await playAll(kafka.server, seed);
    described = await describeAll(kafka.server);
  } finally {
    await kafka.stop();
  }
  const ours = join(directory, 'ours');
  mkdirSync(ours);
  await tally.check('our broker logs nothing to be ashamed of', () =>
    withOurs({ data: ours }, async (broker) => {
      await makeTopics(broker.address);
      const answers = await playAll(broker.address, seed);
      for (let i = 0; i < Math.max(scenes.length, answers.length); i++) {
        const [what] = scenes[i] ?? answers[i];
        await tally.check(`on the wire: ${i} ${what}`, () => same('answer', answers[i], scenes[i]));
      }
      await tally.check('all groups, described', async () =>
        same('groups', await describeAll(broker.address), described),
      );
    }),
  );
  await tally.check('we go on with the groups that Kafka has written', async () => {
    const copy = join(directory, 'copy');
    cpSync(kafka.logDir, copy, { recursive: true });
    await withOurs({ data: copy }, async (broker) => {
      same('groups', await describeAll(broker.address), described);
      // What we make of its topics is what Kafka has made of them: nobody is assigned anew.
      same('a heartbeat', await goOn(broker.address), { errorCode: 0, memberEpoch: 1 });
      same('groups after that', await describeAll(broker.address), described);
    });
    rmSync(copy, { recursive: true });
  });
  await tally.check('millrace dump prints the records of groups as DumpLogSegments does', async () => {
    const partition = join(kafka.logDir, '__consumer_offsets-0');
    const types = new Set();
    for (const file of readdirSync(partition).filter((name) => name.endsWith('.log'))) {
      for (const [found, wanted] of await decodedPairs(judge, join(partition, file), '--offsets-decoder')) {
        same('record', found, wanted);
        types.add(/"type":"(\d+)"/.exec(found)?.[1]);
      }
    }
    for (const type of ['1', '3', '5', '6', '7', '8', '16'])
      holds(types.has(type), `there is no record of type ${type}`);
  });
  await tally.check('who only reads the directory sees the groups as Kafka describes them', async () => {
    const store = await openStore(kafka.logDir, { readOnly: true });
    const wanted = described.flatMap(([, { groups = [] }]) => groups).filter(({ errorCode }) => errorCode === 'NONE');
    holds(wanted.length > 3, `${wanted.length} groups`);
    for (const group of wanted) {
      const { type, state, epoch, assignmentEpoch, members } = await store.groups.show(group.groupId);
      const found = [type, state, epoch, assignmentEpoch, members.map((member) => member.epoch).sort()];
      const epochs = group.members.map(({ memberEpoch }) => memberEpoch).sort();
      same(group.groupId, found, ['consumer', group.groupState, group.groupEpoch, group.assignmentEpoch, epochs]);
    }
    await store.close();
  });
  await tally.check('both have written the same records of groups, in the same order', async () => {
    const [found, wanted] = [await groupRecords(judge, ours), await groupRecords(judge, kafka.logDir)];
    for (let i = 0; i < Math.max(found.length, wanted.length); i++)
      same(`record ${i} behind ${wanted[i - 1]}`, found[i], wanted[i]);
    holds(wanted.length > 100, `${wanted.length} records`);
  });
}

/** As Kafka's decoder reads them, made comparable. */
async function groupRecords(judge, directory) {
  const partition = join(directory, '__consumer_offsets-0');
  const files = readdirSync(partition).filter((name) => name.endsWith('.log'));
  const lines = [];
  for (const file of files)
    lines.push(...(await judge.dump('--offsets-decoder', '--files', join(partition, file))).split('\n'));
  const ids = new Map();
  const named = (_, id) => {
    if (!ids.has(id)) ids.set(id, `id ${ids.size}`);
    return `"topicId":"${ids.get(id)}"`;
  };
  const records = lines
    .filter((line) => /"type":"(2|3|4|5|6|7|8|16)"/.test(line))
    .map((line) =>
      line
        .replace(/^.* headerKeys: \[\] ?/, '')
        .replaceAll(/"(timestamp|version|metadataHash|currentStateTimestamp)":-?\d+/g, '"$1":"some"')
        .replaceAll(/"(memberId|leader)":"((judge|instance)-[^"]*|[\w-]{22})"/g, '"$1":"drawn"')
        .replaceAll(/"topicId":"([\w-]{22})"/g, named),
    )
    .map((line) => {
      const [, key, payload] = /^key: (.*) payload: (.*)$/.exec(line.trimEnd());
      return {
        type: JSON.parse(key).type,
        text: `${key} ${payload === '<DELETE>' ? payload : sorted(JSON.parse(payload))}`,
      };
    });
  return inOrder(records.filter(({ text }) => !text.includes(NO_GENERATION))).map(({ text }) => text);
}

/** Lists of topics come in the order of Kafka's hash maps. */
function sorted(value) {
  const inLists = (_, each) => (Array.isArray(each) ? each.map((one) => JSON.stringify(one)).sort() : each);
  return JSON.stringify(value, inLists);
}

/** So do members in a row that get new targets, and those of a group that goes. */
function inOrder(records) {
  const found = [];
  for (let from = 0; from < records.length;) {
    let to = from + 1;
    while (to < records.length && records[to].type === records[from].type) to++;
    found.push(...records.slice(from, to).sort((a, b) => (a.text < b.text ? -1 : 1)));
    from = to;
  }
  return found;
}
