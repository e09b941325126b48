/**
 * Groups drawn at random for the judge of assignors: few members and few topics, so that what is rare elsewhere is common here. What members own comes from a
 * history: an assignment of an earlier generation, some members that were away, some that have lost what they had, some that are new.
 */
import { NO_GENERATION } from '#millrace/group/subscription-format.js';
import { encodeCooperativeUserData, encodeStickyUserData } from '#millrace/group/assignor/sticky-user-data.js';

const RACKS = ['rack-a', 'rack-b', 'rack-c', 'rack-d'];
/** Names whose order is not that of their hashes. */
const TOPICS = ['orders', 'clicks', 'a', 'b.c', 'payments', 'Zebra', 'topic-10', 'topic-9', 'é'];
const NOT_THERE = 'nowhere';
const LATEST_GENERATION = 7;

/** Metadata as assignors ask for it, and as the judge is told: topics to partitions to racks. */
export function randomTopics(random, { hasRacks, most = 6 }) {
  const topics = {};
  const rackCount = 1 + random.below(RACKS.length);
  const sameCount = random.below(3) === 0 ? 1 + random.below(8) : null;
  const replicas = 1 + random.below(3);
  for (let i = random.below(most) + 1; i > 0; i--) {
    const count = sameCount ?? random.below(9);
    topics[random.pick(TOPICS)] = Array.from({ length: count }, () =>
      hasRacks ? [...new Set(Array.from({ length: replicas }, () => RACKS[random.below(rackCount)]))] : [],
    );
  }
  return topics;
}

export function metadataOf(topics) {
  return {
    partitionCount: (topic) => topics[topic]?.length ?? 0,
    racks: (topic, partition) => topics[topic]?.[partition] ?? [],
  };
}

/** Members with their subscriptions; `assignor` says where they tell what they own. */
export function randomMembers(random, topics, { assignor, hasRacks, isUniform, most = 9 }) {
  const names = [...Object.keys(topics), ...(random.below(6) === 0 ? [NOT_THERE] : [])];
  const some = () => {
    const chosen = names.filter(() => random.below(2) === 0);
    return chosen.length > 0 ? chosen : [random.pick(names)];
  };
  const common = some();
  const isStatic = random.below(3) === 0;
  const members = Array.from({ length: 1 + random.below(most) }, (_, i) => ({
    memberId: `${random.pick(['consumer', 'c', 'm', 'B'])}-${random.below(1000)}-${i}`,
    groupInstanceId: isStatic && random.below(2) === 0 ? `instance-${random.below(1000)}-${i}` : null,
    topics: isUniform ? common : some(),
    rackId: hasRacks && random.below(5) > 0 ? random.pick(RACKS) : null,
    owned: [],
    generationId: NO_GENERATION,
  }));
  if (random.below(5) > 0) giveHistory(random, topics, members);
  return new Map(members.map((member) => [member.memberId, subscriptionOf(random, assignor, member)]));
}

function giveHistory(random, topics, members) {
  const claims = random.below(3);
  const lopsided = random.below(3);
  const all = Object.entries(topics).flatMap(([topic, racks]) => racks.map((_, partition) => ({ topic, partition })));
  for (const member of members)
    member.generationId = LATEST_GENERATION - (random.below(5) === 0 ? 1 + random.below(2) : 0);
  for (const named of all) {
    if (random.below(6) === 0) continue;
    const reach = lopsided === 0 ? Math.ceil(members.length / 2) : members.length;
    members[random.below(reach)].owned.push(named);
    // Named by somebody else, too.
    if (claims === 0 && random.below(8) === 0) random.pick(members).owned.push(named);
  }
  for (const member of members) if (random.below(8) === 0) [member.owned, member.generationId] = [[], NO_GENERATION];
}

function subscriptionOf(random, assignor, { topics, rackId, groupInstanceId, owned, generationId }) {
  const isSticky = assignor === 'sticky';
  const lastAssignment =
    generationId === NO_GENERATION && owned.length === 0 ? null : { partitions: owned, generationId };
  const saysGeneration = random.below(6) > 0;
  const joining = { topics, lastAssignment };
  let userData = null;
  if (isSticky) userData = encodeStickyUserData(joining);
  if (assignor === 'cooperative-sticky') userData = encodeCooperativeUserData(joining);
  return {
    topics,
    userData,
    ownedPartitions: isSticky ? [] : owned,
    generationId: saysGeneration ? generationId : NO_GENERATION,
    rackId,
    groupInstanceId,
  };
}
