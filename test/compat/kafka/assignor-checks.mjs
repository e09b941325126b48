/**
 * Who gets what, judged by Kafka: thousands of groups drawn at random are put to the assignors of its consumer and to ours, and the answers must be the same, down to
 * the order of partitions. Subscriptions and assignments go to Kafka and come back as bytes.
 *
 * Kafka's sticky assignors go through members in the order of Java's hash maps. The judge says which that is, and ours are given the members in it. Two things of a
 * sticky assignment of different subscriptions are not compared byte by byte:
 *
 * - Where several partitions could go back where they came from, Kafka takes the first of a hash set. It is as good as any: members must have as many partitions, and
 *   keep as many of what they had, as with Kafka.
 * - Kafka gives partitions back to a former owner that no longer subscribes to them, or throws. Of such groups ours must be valid.
 */
import { decodeAssignment, encodeAssignment } from '#millrace/group/assignment-format.js';
import { cooperativeStickyAssignor } from '#millrace/group/assignor/cooperative-sticky-assignor.js';
import { rangeAssignor } from '#millrace/group/assignor/range-assignor.js';
import { roundRobinAssignor } from '#millrace/group/assignor/round-robin-assignor.js';
import { stickyAssignor } from '#millrace/group/assignor/sticky-assignor.js';
import { cooperativeOwnership, stickyOwnership } from '#millrace/group/assignor/sticky-user-data.js';
import { comparePartitions } from '#millrace/group/partitions-format.js';
import { decodeSubscription, encodeSubscription } from '#millrace/group/subscription-format.js';
import { judgeConsumerProtocol } from './consumer-protocol-checks.mjs';
import { metadataOf, randomMembers, randomTopics } from './random-groups.mjs';
import { judgeServerAssignors } from './server-assignor-checks.mjs';
import { holds, same } from './tally.mjs';
import { Random } from './workload.mjs';

const GROUPS = 2000;
const GROUPS_A_QUESTION = 500;
/** Of all groups so many may differ from Kafka's in what a hash decides. */
const HASHED_PART_MAX = 0.01;
const assignors = [rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor];

export async function judgeAssignors(tally, judge, seed) {
  await judgeConsumerProtocol(tally, judge, seed);
  for (const assignor of assignors) {
    for (const isUniform of [true, false]) {
      for (const hasRacks of [false, true]) {
        const what = `${isUniform ? 'equal' : 'different'} subscriptions, ${hasRacks ? 'racks' : 'no racks'}`;
        await tally.check(`${assignor.name}: ${what}`, async () => {
          const random = new Random(seed);
          let hashed = 0;
          for (let done = 0; done < GROUPS; done += GROUPS_A_QUESTION) {
            hashed += await judgeGroups(judge, random, assignor, { isUniform, hasRacks });
          }
          holds(hashed <= GROUPS * HASHED_PART_MAX, `${hashed} of ${GROUPS} groups differ`);
        });
      }
    }
  }
  await judgeServerAssignors(tally, judge, seed);
}

/** Returns how many groups only a hash can explain. */
async function judgeGroups(judge, random, assignor, { isUniform, hasRacks }) {
  const groups = Array.from({ length: GROUPS_A_QUESTION }, () => {
    const topics = randomTopics(random, { hasRacks });
    const drawn = randomMembers(random, topics, { assignor: assignor.name, hasRacks, isUniform });
    // As a leader reads them.
    const subscriptions = new Map(
      Array.from(drawn, ([memberId, subscription]) => {
        const { groupInstanceId } = subscription;
        return [memberId, { ...decodeSubscription(encodeSubscription(subscription)), groupInstanceId }];
      }),
    );
    return { topics, subscriptions };
  });
  const answers = await judge.ask({
    command: 'assign',
    groups: groups.map(({ topics, subscriptions }) => ({
      assignor: assignor.name,
      topics,
      members: Array.from(subscriptions, ([memberId, subscription]) => [
        memberId,
        encodeSubscription(subscription).toString('base64'),
        subscription.groupInstanceId,
      ]),
    })),
  });
  let hashed = 0;
  for (const [i, { topics, subscriptions }] of groups.entries()) {
    const { order, assignments, failure } = answers[i];
    const isSticky = assignor.name.includes('sticky') && !isUniform;
    if (isSticky && misleadsKafka(assignor, topics, subscriptions)) {
      isValid(topics, subscriptions, assignor.assign(metadataOf(topics), subscriptions));
      continue;
    }
    holds(failure === undefined, `Kafka throws ${failure} at ${describe(topics, subscriptions)}`);
    const inOrder = new Map(order.map((memberId) => [memberId, subscriptions.get(memberId)]));
    const ours = assignor.assign(metadataOf(topics), inOrder);
    const theirs = new Map(order.map((id) => [id, decodeAssignment(Buffer.from(assignments[id], 'base64'))]));
    const different = order.find((id) => bytesOf(assignor, ours.get(id)) !== bytesOf(assignor, theirs.get(id)));
    if (different === undefined) continue;
    const about = () => `${different} of ${describe(topics, inOrder)}`;
    if (!isSticky) same(about(), ours.get(different), theirs.get(different));
    holds(isAsGood(assignor, inOrder, ours, theirs), about());
    hashed++;
  }
  return hashed;
}

function bytesOf({ name }, { partitions, userData }) {
  // Range goes through topics in the order of a hash map; which comes first in a member's list means nothing.
  const inOrder = name === 'range' ? partitions.toSorted(comparePartitions) : partitions;
  return encodeAssignment({ partitions: inOrder, userData }).toString('base64');
}

function ownershipOf({ name }, subscription) {
  return name === 'sticky' ? stickyOwnership(subscription) : cooperativeOwnership(subscription);
}

/** Somebody has been away, and names what it no longer subscribes to. */
function misleadsKafka(assignor, topics, subscriptions) {
  const said = Array.from(subscriptions.values(), (each) => ({ topics: each.topics, ...ownershipOf(assignor, each) }));
  const newest = Math.max(...said.map(({ generationId }) => generationId ?? -1));
  return said.some(
    ({ generationId, partitions, topics: asked }) =>
      (generationId ?? -1) < newest &&
      partitions.some(({ topic }) => topics[topic] !== undefined && !asked.includes(topic)),
  );
}

/** As many partitions for each member, and as many kept. */
function isAsGood(assignor, subscriptions, ours, theirs) {
  return Array.from(subscriptions).every(([memberId, subscription]) => {
    const had = new Set(ownershipOf(assignor, subscription).partitions.map(nameOf));
    const kept = ({ partitions }) => partitions.filter((partition) => had.has(nameOf(partition))).length;
    const [our, their] = [ours.get(memberId), theirs.get(memberId)];
    return our.partitions.length === their.partitions.length && kept(our) >= kept(their);
  });
}

/** Nothing goes to two members, or to one that did not ask for it. */
function isValid(topics, subscriptions, assignments) {
  const seen = new Set();
  for (const [memberId, { partitions }] of assignments) {
    for (const partition of partitions) {
      const name = nameOf(partition);
      const isAsked = subscriptions.get(memberId).topics.includes(partition.topic);
      holds(isAsked && !seen.has(name), `${memberId} gets ${name} in ${describe(topics, subscriptions)}`);
      seen.add(name);
    }
  }
}

function nameOf({ topic, partition }) {
  return `${topic}-${partition}`;
}

function describe(topics, subscriptions) {
  return JSON.stringify([topics, [...subscriptions]]);
}
