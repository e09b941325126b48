/** Partitions given and taken, without a group around them. */
import { expect, test } from 'vitest';
import { AssignedPartition } from '#millrace/consumer/assigned-partition.js';
import { checkConsumerOptions } from '#millrace/consumer/consumer-options.js';
import { partitionKey } from '#millrace/consumer/topic-logs.js';
import { MembershipCounters } from '#millrace/member/membership-counters.js';
import { MembershipState } from '#millrace/member/membership-state.js';
import { OffsetCommits } from '#millrace/member/offset-commits.js';
import { PartitionHandover } from '#millrace/member/partition-handover.js';
import type { GroupCoordinator, GroupError, JoinAnswer, OffsetQuery } from '#millrace/group/group-requests.js';
import type { OffsetToCommit, TopicPartition } from '#millrace/types.js';
import { type MemberRig, openMemberRig, turns } from './member-rig.ts';

const codeIn = (fields: object): string => (fields as { err: { code: string } }).err.code;
const place = (partition: number): TopicPartition => ({ topic: 'orders', partition });

class Rig {
  readonly told: string[] = [];
  readonly logged: string[] = [];
  /** What the next commits are answered; none: no error. */
  errors: GroupError[] = [];
  readonly assigned = new Map<string, AssignedPartition>();
  readonly state = new MembershipState('g', null);
  readonly committed = new Map<number, number>();
  /** Their offsets may still be set by a transaction. */
  readonly unstable = new Set<number>();
  readonly handover: PartitionHandover;

  constructor({ store, clock }: MemberRig) {
    const coordinator: Partial<GroupCoordinator> = {
      commit: async ({ offsets }) => {
        this.told.push(`commits ${offsets.map(({ partition, offset }) => `${partition}: ${offset}`).join()}`);
        const error = this.errors.shift() ?? null;
        return { errors: offsets.map(() => error) };
      },
      offsets: async ({ partitions }: OffsetQuery) => ({
        error: null,
        offsets: partitions!.map(({ topic, partition }) => {
          const offset = this.committed.get(partition);
          const rest = { topic, partition, leaderEpoch: -1, metadata: '', commitTimestamp: 0 };
          const isUnstable = this.unstable.has(partition);
          const error = isUnstable ? 'UNSTABLE_OFFSET_COMMIT' : null;
          return {
            topic,
            partition,
            error,
            committed: isUnstable || offset === undefined ? null : { ...rest, offset },
          };
        }),
      }),
    };
    const { assigned, state } = this;
    const options = checkConsumerOptions({ autoOffsetReset: 'earliest' });
    const parts = {
      coordinator: coordinator as GroupCoordinator,
      clock,
      counters: new MembershipCounters(),
      state,
      assigned,
    };
    const holder = {
      assigned,
      run: () => null,
      add: (given: TopicPartition): AssignedPartition => {
        const partition = new AssignedPartition(store, given, options);
        partition.isHeld = true;
        assigned.set(partitionKey(given), partition);
        return partition;
      },
      remove: (partition: AssignedPartition): void => {
        partition.isAssigned = false;
        assigned.delete(partitionKey(partition));
      },
      failed: (error: unknown): void => void this.told.push(`failed ${(error as { code: string }).code}`),
    };
    const tell = (what: string) => (given: TopicPartition[]) =>
      void this.told.push(`${what} ${given.map(({ partition }) => partition).join()}`);
    this.handover = new PartitionHandover({
      holder,
      commits: new OffsetCommits({ ...parts, doubt: () => undefined }),
      state,
      clock,
      logger: {
        warn: (fields) => void this.logged.push(`warn ${codeIn(fields)}`),
        debug: (fields) => void this.logged.push(`debug ${codeIn(fields)}`),
      },
      autoCommit: true,
      onAssigned: tell('assigned'),
      onRevoked: tell('revoked'),
      onLost: tell('lost'),
    });
    state.joins();
    state.joined({ error: null, generationId: 1, memberId: 'm', leader: 'x', members: [] } as unknown as JoinAnswer);
    state.synced(null);
  }

  of(partition: number): AssignedPartition {
    return this.assigned.get(partitionKey(place(partition)))!;
  }

  handled(): OffsetToCommit[] {
    return this.handover.handled(this.assigned.values());
  }
}

async function open(): Promise<[Rig, MemberRig]> {
  const rig = await openMemberRig();
  for (let partition = 0; partition < 4; partition++) rig.append(partition, ['a', 'b', 'c']);
  return [new Rig(rig), rig];
}

test('what is new begins where the group has committed, and is handed out when that is known and told', async () => {
  const [rig] = await open();
  rig.committed.set(1, 2);
  expect(await rig.handover.take([place(0), place(1)])).toBe(false);
  expect(rig.told).toEqual(['assigned 0,1']);
  expect([rig.of(0).position, rig.of(1).position, rig.of(0).isWanted]).toEqual([0, 2, true]);
  const kept = rig.of(1);
  expect(await rig.handover.take([place(1), place(2)])).toBe(true);
  expect(rig.told.slice(1)).toEqual(['commits 0: 0', 'revoked 0', 'assigned 2']);
  expect(rig.of(1)).toBe(kept);
  expect(rig.handover.isSettled).toBe(true);
});

test('what is in hand is waited for, and committed as far as it was handled', async () => {
  const [rig] = await open();
  await rig.handover.take([place(0)]);
  const partition = rig.of(0);
  partition.isBusy = true;
  const given = rig.handover.giveBack(() => true, false);
  await turns();
  expect([partition.isWanted, rig.told]).toEqual([false, ['assigned 0']]);
  partition.rewind(2, partition.seeks);
  partition.letGo();
  await given;
  expect(rig.told.slice(1)).toEqual(['commits 0: 2', 'revoked 0']);
  expect(rig.assigned.size).toBe(0);
});

test('a commit that fails is warned of, unless its partitions were given back, and committed, meanwhile', async () => {
  const [rig, member] = await open();
  await rig.handover.take([place(0)]);
  rig.errors = ['UNKNOWN_MEMBER_ID'];
  await rig.handover.commitHandled(rig.assigned.values());
  expect(rig.logged).toEqual(['warn ERR_MILLRACE_UNKNOWN_MEMBER']);
  rig.errors = ['REBALANCE_IN_PROGRESS'];
  const committing = rig.handover.commitHandled(rig.assigned.values());
  await rig.handover.giveBack(() => true, false);
  await member.pass(200);
  await committing;
  expect(rig.told.slice(1)).toEqual(['commits 0: 0', 'commits 0: 0', 'commits 0: 0', 'revoked 0']);
  expect(rig.logged.slice(1)).toEqual(['debug ERR_MILLRACE_UNKNOWN_MEMBER']);
});

test('what is lost is given up whatever is in hand, also in the middle of the wait', async () => {
  const [rig] = await open();
  await rig.handover.take([place(0), place(1)]);
  rig.of(0).isBusy = true;
  const given = rig.handover.giveBack(({ partition }) => partition === 0, false);
  await turns();
  rig.state.left();
  rig.handover.hurry(false);
  await given;
  await rig.handover.giveBack(() => true, true);
  expect(rig.told.slice(1)).toEqual(['lost 0', 'lost 1']);
});

test('an offset that a transaction may still set holds up its partition, and no other; a seek meanwhile counts', async () => {
  const [rig, member] = await open();
  rig.unstable.add(0).add(1);
  await rig.handover.take([place(0), place(1), place(2)]);
  expect([0, 1, 2].map((each) => rig.of(each).isWanted)).toEqual([false, false, true]);
  expect(rig.handled()).toEqual([{ ...place(2), offset: 0 }]);
  expect(rig.handover.isSettled).toBe(false);
  rig.of(1).seek(1);
  rig.committed.set(0, 2).set(1, 3);
  rig.unstable.clear();
  await member.pass(300);
  expect([0, 1].map((each) => [rig.of(each).isWanted, rig.of(each).position])).toEqual([
    [true, 2],
    [true, 1],
  ]);
  expect(rig.handover.isSettled).toBe(true);
});

test('a partition that is not there yet is looked for again', async () => {
  const [rig, { store }] = await open();
  await rig.handover.take([place(0), place(4)]);
  expect(rig.told).toEqual(['assigned 0']);
  await rig.handover.lookAgain();
  await store.addPartitions('orders', 5);
  await rig.handover.lookAgain();
  expect(rig.told).toEqual(['assigned 0', 'assigned 4']);
  expect(rig.of(4).isWanted).toBe(true);
});
