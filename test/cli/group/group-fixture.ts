/** A data directory with consumer groups: `billing` has a member, `idle` none. */
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import { openStore, type Store } from '#millrace/main.js';
import { GroupClient } from '../../group/group-client.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';

/** The first record of partition 0 is of this time, each later one a second later. */
export const FIRST_AT = Date.parse('2026-01-01T00:00:00Z');

export interface GroupDirectory {
  readonly data: string;
  readonly store: Store;
  readonly member: GroupClient;
}

/**
 * `orders` has 10, 5 and 0 records. `billing` reads partitions 0 and 1, and has committed 4 of partition 0; `idle` has committed 7 of partition 0 and 5 of
 * partition 1. The store is open, and the caller's.
 */
export async function groupDirectory(): Promise<GroupDirectory> {
  const data = temporaryDirectory();
  const store = await openStore(data, { offsetsPartitions: 2 });
  await store.createTopic('orders', { partitions: 3, config: { 'retention.ms': -1 } });
  for (const [partition, count] of [10, 5, 0].entries()) {
    const log = store.partition('orders', partition);
    for (let i = 0; i < count; i++) log.append([{ value: `${i}`, timestamp: FIRST_AT + 1000 * i }]);
  }
  const member = new GroupClient(() => store.groupCoordinator, { groupId: 'billing', clientId: 'till' });
  await member.join();
  const partitions = [
    { topic: 'orders', partition: 0 },
    { topic: 'orders', partition: 1 },
  ];
  await member.sync([{ memberId: member.memberId, assignment: encodeAssignment({ partitions, userData: null }) }]);
  await member.commit({ topic: 'orders', partition: 0, offset: 4 });
  await commitFor(store, 'idle', [7, 5]);
  return { data, store, member };
}

/** Offsets of partitions 0, 1, ... of `orders`. */
export async function commitFor(store: Store, groupId: string, offsets: readonly number[]): Promise<void> {
  const client = new GroupClient(() => store.groupCoordinator, { groupId });
  const errors = await client.commit(...offsets.map((offset, partition) => ({ topic: 'orders', partition, offset })));
  if (errors.some((error) => error !== null)) throw new Error(`not committed: ${errors.join()}`);
}

/** The same with the directory closed. */
export async function closedGroupDirectory(): Promise<{ data: string; memberId: string }> {
  const { data, store, member } = await groupDirectory();
  await store.close();
  return { data, memberId: member.memberId };
}

/** What the directory has of a group. */
export async function committedIn(data: string, group: string): Promise<(string | number)[][]> {
  await using store = await openStore(data, { readOnly: true });
  return (await store.committedOffsets(group)).map(({ topic, partition, offset }) => [topic, partition, offset]);
}
