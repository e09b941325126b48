/** Consumers in this process, which use the classic protocol, in a group to which a member with the consumer protocol comes, as Kafka's own clients do. */
import { expect, test } from 'vitest';
import type { PartitionsById } from '#millrace/group/assignor/server-assignor.js';
import type { GroupConsumer } from '#millrace/main.js';
import { type MemberRig, openMemberRig, partitionsOf } from './member-rig.ts';

class Newcomer {
  readonly #rig: MemberRig;
  #epoch = 0;
  #owned: PartitionsById = new Map();

  constructor(rig: MemberRig) {
    this.#rig = rig;
  }

  get partitions(): number[] {
    return [...this.#owned.values()].flatMap((partitions) => [...partitions]);
  }

  /** What it is to let go of it has let go of by its next one. */
  async beat(memberEpoch = this.#epoch): Promise<void> {
    const joins = memberEpoch === 0;
    const answer = await this.#rig.store.groupCoordinator.consumerHeartbeat({
      groupId: 'g',
      memberId: 'newcomer',
      memberEpoch,
      instanceId: null,
      rackId: null,
      clientId: 'newcomer',
      clientHost: '/127.0.0.1',
      rebalanceTimeoutMs: joins ? 60_000 : -1,
      topicNames: joins ? ['orders'] : null,
      topicPattern: null,
      assignor: null,
      owned: this.#owned,
      requiresMemberId: true,
      mayDescribe: () => true,
    });
    expect(answer.error).toBe(null);
    this.#epoch = answer.memberEpoch;
    if (answer.assignment !== null) this.#owned = answer.assignment;
  }
}

test.each(['range', 'cooperative-sticky'] as const)('it takes its part, and gives it back, %s', async (assignor) => {
  const rig = await openMemberRig();
  const options = { assignors: [assignor], heartbeatIntervalMs: 300, sessionTimeoutMs: 10_000 };
  const members: GroupConsumer[] = [rig.consumer(options), rig.consumer(options)];
  const read: string[] = [];
  for (const member of members) void member.each((record) => void read.push(String(record.value)));
  const shared = (...others: number[]) =>
    [...members.flatMap(partitionsOf), ...others].sort((a, b) => a - b).join() === '0,1,2,3';
  await rig.until(() => shared());
  const write = (name: string) => {
    for (let partition = 0; partition < 4; partition++) rig.append(partition, [`${name}${partition}`]);
  };
  write('a');
  await rig.until(() => read.length === 4);

  const newcomer = new Newcomer(rig);
  await newcomer.beat();
  await rig.until(async () => {
    await newcomer.beat();
    return newcomer.partitions.length > 0 && shared(...newcomer.partitions);
  });
  const [listed] = await rig.store.groupCoordinator.list();
  expect(listed).toMatchObject({ type: 'consumer' });
  write('b');
  const theirs = 8 - newcomer.partitions.length;
  await rig.until(() => read.length === theirs);
  await rig.pass(1_000);
  expect(read).toHaveLength(theirs);

  await newcomer.beat(-1);
  await rig.until(() => shared() && read.length === 8);
  // What it has not committed is read by those who come after it, and nothing twice.
  expect([...read].sort()).toEqual(['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'b2', 'b3']);
  expect((await rig.store.groupCoordinator.list())[0]).toMatchObject({ type: 'classic', state: 'Stable' });
  for (const member of members) await rig.meanwhile(member.close());
});
