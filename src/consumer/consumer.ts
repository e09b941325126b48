/**
 * Reads partitions of a store and waits for more: a consumer as users of Kafka's clients know it, in the process that has the log.
 *
 *     const consumer = store.consumer({ autoOffsetReset: 'earliest' });
 *     consumer.assign(['orders']);
 *     for await (const batch of consumer) for (const record of batch) use(record.value);
 *
 * Promises: in each partition records come in the order of their offsets, each once; partitions take turns; records are views onto the log and
 * nothing is copied; who waits is woken by the append itself, without a timer. The position moves past a batch when the loop asks for the next
 * one: after a `break`, or an error in the loop, the batch is handed out again. Not promised: that waiting keeps the process alive, or
 * use from several threads. A consumer is used by one loop at a time.
 *
 * Here position means: the next record to be handed out, and it lives as long as the consumer. What a group has committed is another thing; a
 * program that must know after a restart where it was commits `position` in a transaction with what it made of the records.
 */
import type { Offset, TopicPartition } from '../types.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import { checkConsumerOptions, type ConsumerOptions } from './consumer-options.ts';
import type { RunDoor } from './consumer-run.ts';
import { misused, PartitionConsumer } from './partition-consumer.ts';
import { type Assignable, expandAssignment, partitionKey, resolveTarget, type TopicLogs } from './topic-logs.ts';

export class Consumer extends PartitionConsumer {
  /** Made by `store.consumer(options)`. `name` is what it is called when its options do not say. */
  constructor(logs: TopicLogs, options: ConsumerOptions = {}, name?: string) {
    super(logs, checkConsumerOptions(options, name));
  }

  /**
   * Reads these partitions from now on, and no others; a topic's name stands for all partitions that it has now. One that was assigned before
   * keeps its position. Errors, after which nothing has changed: UNKNOWN_TOPIC, INVALID_ARGUMENT, OFFSET_OUT_OF_RANGE, CLOSED.
   */
  assign(wanted: readonly Assignable[]): void {
    this.checkOpen();
    const moves = new Map<AssignedPartition, Offset | null>();
    for (const place of expandAssignment(this.logs, wanted)) {
      const known = this.assigned.get(partitionKey(place));
      const isKept = known !== undefined && !known.log.isClosed;
      const partition = isKept ? known : this.read(place);
      if (known !== undefined) partition.isPaused = known.isPaused;
      moves.set(partition, place.offset === undefined ? null : resolveTarget(partition.log, place.offset));
    }
    for (const partition of this.assigned.values()) if (!moves.has(partition)) this.takeAway(partition);
    for (const [partition, offset] of moves) {
      if (offset !== null) partition.seek(offset);
      this.assigned.set(partitionKey(partition), partition);
      this.run?.offer(partition);
    }
  }

  /** Takes partitions away, by default all. */
  unassign(partitions: readonly TopicPartition[] = this.assignment()): void {
    for (const partition of this.find(partitions)) this.takeAway(partition);
  }

  protected override ready(): RunDoor {
    if (this.assigned.size === 0) throw misused('the consumer has no partitions: assign some first');
    return {};
  }
}
