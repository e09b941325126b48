/** What a group is answered that asks for its offsets (OffsetFetch), from what the table says. No I/O. */
import type { FoundOffset, OffsetQuery } from './group-requests.ts';
import { committedOffset, type OffsetTable } from './offset-table.ts';

/**
 * Of each partition that is asked for, in that order; of all that the group has committed if none is named. An offset that an open transaction may
 * still set is not told where the answer has to be stable (KIP-447): the client asks again.
 */
export function answerOffsets(table: OffsetTable, { groupId, partitions, requireStable }: OffsetQuery): FoundOffset[] {
  const asked = partitions ?? table.committed(groupId);
  return asked.map(({ topic, partition }): FoundOffset => {
    if (requireStable && table.isPending(groupId, topic, partition))
      return { topic, partition, error: 'UNSTABLE_OFFSET_COMMIT', committed: null };
    const stored = table.find(groupId, topic, partition);
    return { topic, partition, error: null, committed: stored && committedOffset(topic, partition, stored) };
  });
}
