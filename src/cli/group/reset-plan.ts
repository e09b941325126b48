/** What a reset of offsets does, partition by partition, before it is done. */
import { MillraceError } from '../../errors.ts';
import { PartitionMap } from '../../group/partition-map.ts';
import type { ReadOnlyStore } from '../../store/read-only-store.ts';
import type { Store } from '../../store/store.ts';
import type { Offset, TopicPartition } from '../../types.ts';
import { newOffset, type OffsetTarget, within } from './offset-target.ts';
import type { FileOffset } from './offsets-file.ts';
import { selectedPartitions, type TopicSelection } from './reset-selection.ts';

export interface PlannedReset extends TopicPartition {
  /** What is committed now; null for nothing. */
  readonly current: Offset | null;
  readonly offset: Offset;
  readonly note: string | null;
}

/** What is asked for: offsets from a file, or one target for some topics, null for all that the group has committed offsets for. */
export type ResetRequest =
  | { readonly kind: 'file'; readonly offsets: readonly FileOffset[] }
  | { readonly kind: 'target'; readonly target: OffsetTarget; readonly topics: readonly TopicSelection[] | null };

/** `skipped`: told of a partition that the group has an offset for and that there is no more. */
export async function planReset(
  store: Store | ReadOnlyStore,
  group: string,
  request: ResetRequest,
  skipped: (partition: TopicPartition) => void,
): Promise<PlannedReset[]> {
  const current = new PartitionMap<Offset>();
  const committed = await store.committedOffsets(group);
  for (const { topic, partition, offset } of committed) current.set(topic, partition, offset);
  const plan = ({ topic, partition }: TopicPartition, asked: OffsetTarget | Offset): PlannedReset => {
    const before = current.get(topic, partition) ?? null;
    const log = store.partition(topic, partition);
    const planned = typeof asked === 'number' ? within(log, asked) : newOffset(log, before, asked);
    if (planned !== null) return { topic, partition, current: before, ...planned };
    const message = `the group has committed nothing for ${topic}-${partition} that could be shifted`;
    throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', message);
  };
  if (request.kind === 'file') {
    // Of two lines for one partition the last holds, as of two commits.
    const offsets = new PartitionMap<Offset>();
    for (const { topic, partition, offset } of request.offsets) offsets.set(topic, partition, offset);
    const named = request.offsets.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
    return selectedPartitions(store, named).map((each) => plan(each, offsets.get(each.topic, each.partition)!));
  }
  const { topics, target } = request;
  if (topics !== null) return selectedPartitions(store, topics).map((each) => plan(each, target));
  const counts = new Map(store.topics().map(({ name, partitions }) => [name, partitions]));
  return committed
    .filter(({ topic, partition }) => {
      const isThere = partition < (counts.get(topic) ?? 0);
      if (!isThere) skipped({ topic, partition });
      return isThere;
    })
    .map((each) => plan(each, target));
}
