/** What a group is answered that asks for its offsets (OffsetFetch), from what the table says. No I/O. */
import type { FoundOffset, OffsetQuery } from './group-requests.ts';
import { committedOffset, type OffsetTable, type StoredOffset } from './offset-table.ts';

/**
 * Of each partition that is asked for, in that order; of all that the group has committed if none is named. An offset that an open transaction may
 * still set is not told where the answer has to be stable (KIP-447): the client asks again.
 */
export function answerOffsets(table: OffsetTable, { groupId, partitions, requireStable }: OffsetQuery): FoundOffset[] {
  const asked: NonNullable<OffsetQuery['partitions']> = partitions ?? table.committed(groupId);
  return asked.map(({ topic, partition, topicId = null }): FoundOffset => {
    if (requireStable && table.isPending(groupId, topic, partition))
      return { topic, partition, error: 'UNSTABLE_OFFSET_COMMIT', committed: null };
    const stored = table.find(groupId, topic, partition);
    const committed = isOf(stored, topicId) ? committedOffset(topic, partition, stored) : null;
    return { topic, partition, error: null, committed };
  });
}

/** Where nothing is committed. */
export function answerNothing({ partitions }: OffsetQuery): FoundOffset[] {
  return (partitions ?? []).map(({ topic, partition }) => ({ topic, partition, error: null, committed: null }));
}

/** An id that one of both does not know says nothing. */
function isOf(stored: StoredOffset | null, topicId: string | null): stored is StoredOffset {
  return stored !== null && (topicId === null || stored.topicId === null || stored.topicId === topicId);
}
