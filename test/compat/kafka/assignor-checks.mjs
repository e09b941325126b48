/**
 * Who gets what, judged by Kafka: thousands of groups drawn at random are put to its assignors and to ours, and the answers must be the same; for the sticky ones
 * down to the order of partitions. Subscriptions and assignments go to Kafka and come back as bytes.
 *
 * Kafka's sticky assignors go through members in the order of Java's hash maps. The judge says which that is, and ours are given the members in it.
 */
import { decodeAssignment, encodeAssignment } from '#millrace/group/assignment-format.js';
import { cooperativeStickyAssignor } from '#millrace/group/assignor/cooperative-sticky-assignor.js';
import { rangeAssignor } from '#millrace/group/assignor/range-assignor.js';
import { roundRobinAssignor } from '#millrace/group/assignor/round-robin-assignor.js';
import { stickyAssignor } from '#millrace/group/assignor/sticky-assignor.js';
import { comparePartitions, encodeSubscription } from '#millrace/group/subscription-format.js';
import { metadataOf, randomMembers, randomTopics } from './random-groups.mjs';
import { holds, same } from './tally.mjs';
import { Random } from './workload.mjs';

const GROUPS = Number(process.env.GROUPS ?? 4000);
const GROUPS_A_QUESTION = 500;
const assignors = [rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor];

export async function judgeAssignors(tally, judge, seed) {
  for (const assignor of assignors) {
    for (const isUniform of [true, false]) {
      for (const hasRacks of [false, true]) {
        const what = `${isUniform ? 'equal' : 'different'} subscriptions, ${hasRacks ? 'racks' : 'no racks'}`;
        await tally.check(`${assignor.name}: ${what}`, async () => {
          const random = new Random(seed + 1);
          for (let done = 0; done < GROUPS; done += GROUPS_A_QUESTION) {
            await judgeGroups(judge, random, assignor, { isUniform, hasRacks });
          }
        });
      }
    }
  }
}

async function judgeGroups(judge, random, assignor, { isUniform, hasRacks }) {
  const groups = Array.from({ length: GROUPS_A_QUESTION }, () => {
    const topics = randomTopics(random, { hasRacks });
    const subscriptions = randomMembers(random, topics, { assignor: assignor.name, hasRacks, isUniform });
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
  for (const [i, { topics, subscriptions }] of groups.entries()) {
    const { order, assignments, failure } = answers[i];
    holds(failure === undefined, `Kafka throws ${failure} at ${JSON.stringify(groups[i])}`);
    const inOrder = new Map(order.map((memberId) => [memberId, subscriptions.get(memberId)]));
    const ours = assignor.assign(metadataOf(topics), inOrder);
    for (const memberId of order) {
      const theirs = decodeAssignment(Buffer.from(assignments[memberId], 'base64'));
      const about = () => `${memberId} of ${JSON.stringify([topics, [...inOrder]])}`;
      compare(about, assignor.name, ours.get(memberId), theirs);
    }
  }
}

function compare(about, name, ours, theirs) {
  // Range goes through topics in the order of a hash map; which comes first in a member's list means nothing.
  const inOrder = ({ partitions }) => (name === 'range' ? partitions.toSorted(comparePartitions) : partitions);
  const [a, b] = [ours, theirs].map((assignment) =>
    encodeAssignment({ ...assignment, partitions: inOrder(assignment) }).toString('base64'),
  );
  if (a !== b) same(about(), inOrder(ours), inOrder(theirs));
}
