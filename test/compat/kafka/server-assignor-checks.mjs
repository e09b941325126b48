/**
 * The assignors of the group coordinator (KIP-848), judged by Kafka's: thousands of groups drawn at random, with what their members have from before, and exactly the
 * same answers. Topics are given to ours in the order in which Kafka's hash set has them, since it deals partitions out in it.
 */
import { serverRangeAssignor } from '#millrace/group/assignor/server-range-assignor.js';
import { uniformAssignor } from '#millrace/group/assignor/uniform-assignor.js';
import { same } from './tally.mjs';
import { Random } from './workload.mjs';

const GROUPS = 4000;
const GROUPS_A_QUESTION = 500;

export async function judgeServerAssignors(tally, judge, seed) {
  for (const assignor of [uniformAssignor, serverRangeAssignor]) {
    for (const type of ['homogeneous', 'heterogeneous']) {
      await tally.check(`coordinator's ${assignor.name}, ${type}`, async () => {
        const random = new Random(seed);
        for (let done = 0; done < GROUPS; done += GROUPS_A_QUESTION) await judgeGroups(judge, random, assignor, type);
      });
    }
  }
}

async function judgeGroups(judge, random, assignor, type) {
  const groups = Array.from({ length: GROUPS_A_QUESTION }, () => randomGroup(random, type));
  const answers = await judge.ask({
    command: 'assignAtCoordinator',
    groups: groups.map(({ topics, members }) => ({
      assignor: assignor.name,
      type: type.toUpperCase(),
      topics,
      members: members.map(({ memberId, instanceId, topicIds, had }) => [memberId, instanceId, topicIds, had]),
    })),
  });
  for (const [i, { topics, members }] of groups.entries()) {
    const { topics: order, assignments } = answers[i];
    const specified = members.map(({ memberId, instanceId, topicIds, had }) => [
      memberId,
      {
        instanceId,
        rackId: null,
        subscribedTopicIds: new Set(type === 'homogeneous' ? order : topicIds),
        assignment: new Map(Object.entries(had).map(([topicId, partitions]) => [topicId, new Set(partitions)])),
      },
    ]);
    const before = JSON.stringify(specified, readable);
    const describer = { partitionCount: (topicId) => topics[topicId] ?? -1, racks: () => [] };
    const ours = assignor.assign({ members: new Map(specified), subscriptionType: type }, describer);
    same(`${i}: ${JSON.stringify(groups[i])}`, sorted(plain(ours)), sorted(assignments));
    same('what came in', JSON.stringify(specified, readable), before);
  }
}

function randomGroup(random, type) {
  const topics = {};
  for (let i = 1 + random.below(6); i > 0; i--) {
    const id = random.bytes(16);
    for (let at = 0; at < 16; at++) id[at] = random.below(256);
    topics[id.toString('base64url')] = random.below(10);
  }
  const ids = Object.keys(topics);
  const some = () => {
    const chosen = ids.filter(() => random.below(3) > 0);
    return chosen.length > 0 ? chosen : [random.pick(ids)];
  };
  const common = some();
  const members = Array.from({ length: 1 + random.below(8) }, (_, i) => ({
    memberId: `${random.pick(['b', 'A', 'm'])}-${random.below(1000)}-${i}`,
    instanceId: random.below(4) === 0 ? `instance-${random.below(1000)}-${i}` : null,
    topicIds: type === 'homogeneous' ? common : some(),
    had: {},
  }));
  const reach = random.below(3) === 0 ? Math.ceil(members.length / 2) : members.length;
  if (random.below(5) > 0) {
    for (const [topicId, count] of Object.entries(topics)) {
      for (let partition = 0; partition < count; partition++) {
        if (random.below(5) > 0) (members[random.below(reach)].had[topicId] ??= []).push(partition);
      }
    }
  }
  return { topics, members };
}

/** Maps and sets as what JSON knows. */
function readable(_, value) {
  return value instanceof Map || value instanceof Set ? [...value] : value;
}

function plain(assignments) {
  return Object.fromEntries(
    Array.from(assignments, ([memberId, partitions]) => [
      memberId,
      Object.fromEntries(Array.from(partitions, ([topicId, numbers]) => [topicId, [...numbers]])),
    ]),
  );
}

function sorted(assignments) {
  const byName = ([one], [other]) => (one < other ? -1 : 1);
  return Object.entries(assignments)
    .sort(byName)
    .map(([memberId, topics]) => [
      memberId,
      Object.entries(topics)
        .sort(byName)
        .map(([topicId, partitions]) => [topicId, partitions.toSorted((one, other) => one - other)]),
    ]);
}
