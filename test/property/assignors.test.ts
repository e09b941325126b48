/**
 * Assignors against what must hold of any assignment, in random groups: each partition of a topic that somebody subscribes to goes to exactly one member, which
 * subscribes to it; the sticky ones are as even as can be and move no more than they must.
 *
 * The bound on moves is worked out from counts alone: of `had` partitions a member keeps at most the quota, and `extra` members, of those that had more, one more.
 */
import { expect, test } from 'vitest';
import type { Assignment } from '#millrace/group/assignment-format.js';
import type { Assignor, MemberSubscription, TopicsMetadata } from '#millrace/group/assignor/assignor.js';
import { cooperativeStickyAssignor } from '#millrace/group/assignor/cooperative-sticky-assignor.js';
import { rangeAssignor } from '#millrace/group/assignor/range-assignor.js';
import { roundRobinAssignor } from '#millrace/group/assignor/round-robin-assignor.js';
import { serverRangeAssignor } from '#millrace/group/assignor/server-range-assignor.js';
import { stickyAssignor } from '#millrace/group/assignor/sticky-assignor.js';
import { uniformAssignor } from '#millrace/group/assignor/uniform-assignor.js';
import { encodeStickyUserData } from '#millrace/group/assignor/sticky-user-data.js';
import type { TopicPartition } from '#millrace/types.js';
import { idOf } from '../group/assignor/server-groups.ts';
import { Random, seedsOf } from '../support/random.ts';

const RUNS = 150;
/** So many rebalances a cooperative group may take. */
const REBALANCES_MAX = 6;
const RACKS = ['x', 'y', 'z'];
const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

interface Scene {
  readonly counts: Readonly<Record<string, number>>;
  readonly metadata: TopicsMetadata;
  /** What members subscribe to, and have. */
  readonly members: ReadonlyMap<string, { topics: string[]; owned: TopicPartition[]; rack: string | null }>;
}

function sceneOf(random: Random, { isUniform, hasRacks }: { isUniform: boolean; hasRacks: boolean }): Scene {
  const counts = Object.fromEntries(
    Array.from({ length: random.between(1, 6) }, (_, i) => [`t${i}`, random.between(0, 12)]),
  );
  const names = [...Object.keys(counts), 'nowhere'];
  const some = (): string[] => names.filter(() => random.chance(0.6));
  const common = some();
  const members = new Map(
    Array.from({ length: random.between(1, 12) }, (_, i) => [
      `m${i}`,
      {
        topics: isUniform ? common : some(),
        owned: [] as TopicPartition[],
        rack: hasRacks ? random.pick(RACKS) : null,
      },
    ]),
  );
  const all = [...members.values()];
  const reach = random.between(1, all.length);
  for (const [topic, count] of Object.entries(counts)) {
    for (let partition = 0; partition < count; partition++) {
      const owner = all[random.between(0, reach - 1)];
      if (random.chance(0.8) && owner.topics.includes(topic)) owner.owned.push({ topic, partition });
    }
  }
  const racks = new Map<string, string[]>();
  return {
    counts,
    members,
    metadata: {
      partitionCount: (topic) => counts[topic] ?? 0,
      racks: (topic, partition) => {
        const name = nameOf({ topic, partition });
        const known = racks.get(name) ?? (hasRacks ? [random.pick(RACKS), random.pick(RACKS)] : []);
        racks.set(name, known);
        return known;
      },
    },
  };
}

function subscriptionsOf({ name }: Assignor, { members }: Scene): Map<string, MemberSubscription> {
  return new Map(
    Array.from(members, ([memberId, { topics, owned, rack }]) => {
      const lastAssignment = { partitions: owned, generationId: 1 };
      const isSticky = name === 'sticky';
      const userData = isSticky ? encodeStickyUserData({ topics, lastAssignment }) : null;
      const ownedPartitions = isSticky ? [] : owned;
      return [memberId, { topics, userData, ownedPartitions, generationId: 1, rackId: rack, groupInstanceId: null }];
    }),
  );
}

function checkValid(
  { counts, members }: Scene,
  assigned: ReadonlyMap<string, readonly TopicPartition[]>,
  about: string,
): void {
  expect([...assigned.keys()].sort(), about).toEqual([...members.keys()].sort());
  const given: string[] = [];
  const unasked: string[] = [];
  for (const [memberId, partitions] of assigned) {
    for (const partition of partitions) {
      given.push(nameOf(partition));
      if (!members.get(memberId)?.topics.includes(partition.topic)) unasked.push(nameOf(partition));
    }
  }
  const asked = new Set([...members.values()].flatMap(({ topics }) => topics));
  const expected = Object.entries(counts).flatMap(([topic, count]) =>
    asked.has(topic) ? Array.from({ length: count }, (_, partition) => nameOf({ topic, partition })) : [],
  );
  expect(unasked, about).toEqual([]);
  expect(given.sort(), about).toEqual(expected.sort());
}

/** No member could have one of another one that has two more. */
function checkEven({ members }: Scene, assigned: ReadonlyMap<string, readonly TopicPartition[]>, about: string): void {
  const movable: string[] = [];
  for (const partitions of assigned.values()) {
    for (const [other, { topics }] of members) {
      if (partitions.length < (assigned.get(other)?.length ?? 0) + 2) continue;
      movable.push(...partitions.filter(({ topic }) => topics.includes(topic)).map(nameOf));
    }
  }
  expect(movable, about).toEqual([]);
}

function keptOf({ members }: Scene, assigned: ReadonlyMap<string, readonly TopicPartition[]>): number {
  let kept = 0;
  for (const [memberId, { owned }] of members) {
    const had = new Set(owned.map(nameOf));
    kept += (assigned.get(memberId) ?? []).filter((partition) => had.has(nameOf(partition))).length;
  }
  return kept;
}

function mostKept({ counts, members }: Scene): number {
  const all = [...members.values()];
  const total = all[0].topics.reduce((sum, topic) => sum + (counts[topic] ?? 0), 0);
  const quota = Math.floor(total / all.length);
  const more = all.filter(({ owned }) => owned.length > quota).length;
  return all.reduce((sum, { owned }) => sum + Math.min(owned.length, quota), 0) + Math.min(more, total % all.length);
}

const lists = (assignments: ReadonlyMap<string, Assignment>): Map<string, readonly TopicPartition[]> =>
  new Map(Array.from(assignments, ([memberId, { partitions }]) => [memberId, partitions]));

const kinds = [true, false].flatMap((isUniform) => [true, false].map((hasRacks) => ({ isUniform, hasRacks })));

function assignedBy(assignor: Assignor, scene: Scene): Map<string, readonly TopicPartition[]> {
  return lists(assignor.assign(scene.metadata, subscriptionsOf(assignor, scene)));
}

function takeOver({ members }: Scene, assigned: ReadonlyMap<string, readonly TopicPartition[]>): void {
  for (const [memberId, its] of members) its.owned = [...(assigned.get(memberId) ?? [])];
}

const shown = (assigned: ReadonlyMap<string, readonly TopicPartition[]>): string[] =>
  Array.from(assigned, ([memberId, partitions]) => `${memberId}: ${partitions.map(nameOf).sort().join(' ')}`).sort();

test.each(kinds)('each partition goes to one member that asked for it, %j', (kind) => {
  for (const seed of seedsOf(RUNS)) {
    for (const assignor of [rangeAssignor, roundRobinAssignor, stickyAssignor]) {
      const scene = sceneOf(new Random(seed), kind);
      checkValid(scene, assignedBy(assignor, scene), `seed ${seed}`);
    }
  }
});

test.each(kinds)('sticky: as even as can be, %j', (kind) => {
  for (const seed of seedsOf(RUNS)) {
    const scene = sceneOf(new Random(seed), kind);
    checkEven(scene, assignedBy(stickyAssignor, scene), `seed ${seed}`);
  }
});

test('sticky: where all subscribe to the same, no more moves than the bound says', () => {
  for (const seed of seedsOf(RUNS)) {
    const scene = sceneOf(new Random(seed), { isUniform: true, hasRacks: false });
    expect(keptOf(scene, assignedBy(stickyAssignor, scene)), `seed ${seed}`).toBe(mostKept(scene));
  }
});

// With racks a partition that is far from its owner is dealt out anew each time.
test.each([true, false])(
  'sticky: an assignment that is asked for again does not change, equal subscriptions: %s',
  (isUniform) => {
    for (const seed of seedsOf(RUNS)) {
      const scene = sceneOf(new Random(seed), { isUniform, hasRacks: false });
      const first = assignedBy(stickyAssignor, scene);
      takeOver(scene, first);
      expect(shown(assignedBy(stickyAssignor, scene)), `seed ${seed}`).toEqual(shown(first));
    }
  },
);

test.each([true, false])(
  'cooperative: nothing has two owners on the way, and all is given in the end, equal subscriptions: %s',
  (isUniform) => {
    for (const seed of seedsOf(RUNS)) {
      const scene = sceneOf(new Random(seed), { isUniform, hasRacks: false });
      const target = mostKept(scene);
      const ownedAtFirst = new Map(Array.from(scene.members, ([memberId, { owned }]) => [memberId, owned]));
      let assigned = new Map<string, readonly TopicPartition[]>();
      for (let rebalance = 1; ; rebalance++) {
        const owners = new Map<string, string>();
        for (const [memberId, { owned }] of scene.members) for (const each of owned) owners.set(nameOf(each), memberId);
        assigned = assignedBy(cooperativeStickyAssignor, scene);
        const stolen = Array.from(assigned, ([memberId, partitions]) =>
          partitions.map(nameOf).filter((name) => (owners.get(name) ?? memberId) !== memberId),
        ).flat();
        expect(stolen, `seed ${seed}`).toEqual([]);
        const isStable = Array.from(owners).every(([name, memberId]) =>
          assigned.get(memberId)?.some((each) => nameOf(each) === name),
        );
        takeOver(scene, assigned);
        if (isStable) break;
        expect(rebalance, `seed ${seed}`).toBeLessThan(isUniform ? 2 : REBALANCES_MAX);
      }
      checkValid(scene, assigned, `seed ${seed}`);
      checkEven(scene, assigned, `seed ${seed}`);
      if (!isUniform) continue;
      for (const [memberId, its] of scene.members) its.owned = ownedAtFirst.get(memberId) ?? [];
      expect(keptOf(scene, assigned), `seed ${seed}`).toBe(target);
    }
  },
);

test.each([true, false])(
  "the coordinator's: valid, uniform even and, if homogeneous (%s), with as few moves as can be",
  (isUniform) => {
    for (const seed of seedsOf(RUNS)) {
      const scene = sceneOf(new Random(seed), { isUniform, hasRacks: false });
      for (const member of scene.members.values()) member.topics = member.topics.filter((topic) => topic !== 'nowhere');
      const members = new Map(
        Array.from(scene.members, ([memberId, { topics, owned }]) => {
          const assignment = new Map<string, Set<number>>();
          for (const { topic, partition } of owned) {
            assignment.set(idOf(topic), (assignment.get(idOf(topic)) ?? new Set()).add(partition));
          }
          return [
            memberId,
            { instanceId: null, rackId: null, subscribedTopicIds: new Set(topics.map(idOf)), assignment },
          ];
        }),
      );
      const names = new Map(Object.keys(scene.counts).map((topic) => [idOf(topic), topic]));
      const topics = { partitionCount: (id: string) => scene.counts[names.get(id) ?? ''] ?? -1, racks: () => [] };
      for (const assignor of [uniformAssignor, serverRangeAssignor]) {
        const subscriptionType = isUniform ? 'homogeneous' : 'heterogeneous';
        const targets = assignor.assign({ members, subscriptionType }, topics);
        if (targets.size === 0) {
          expect([...scene.members.values()].flatMap((member) => member.topics)).toEqual([]);
          continue;
        }
        const named = Array.from(targets, ([memberId, target]) => {
          const partitions = Array.from(target, ([id, numbers]) =>
            Array.from(numbers, (partition) => ({ topic: names.get(id) ?? '', partition })),
          ).flat();
          return [memberId, partitions] as const;
        });
        const assigned = new Map(named);
        checkValid(scene, assigned, `seed ${seed}`);
        if (assignor === serverRangeAssignor) continue;
        if (isUniform) expect(keptOf(scene, assigned), `seed ${seed}`).toBe(mostKept(scene));
        if (isUniform) checkEven(scene, assigned, `seed ${seed}`);
      }
    }
  },
);
