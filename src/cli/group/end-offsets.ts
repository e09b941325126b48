/** Where the logs end that a group has committed offsets for. A topic that is gone, or a partition that it does not have, has no end. */
import { isMillraceError } from '../../errors.ts';
import type { EndOffsetOf } from '../../group/group-lag.ts';
import type { LogReader } from '../../log/log-reader.ts';

/** A store, for reading or for writing. */
export interface ReadableStore {
  partition(topic: string, partition: number): LogReader;
}

export function endOffsets(store: ReadableStore): EndOffsetOf {
  return (topic, partition) => {
    try {
      return store.partition(topic, partition).endOffset;
    } catch (error) {
      if (isMillraceError(error, 'ERR_MILLRACE_UNKNOWN_TOPIC')) return null;
      throw error;
    }
  };
}
