/** The partitions of one topic that a producer has written to, and which of them a record goes to. */
import type { Timestamp } from '../types.ts';
import type { ArraySend, Delivery } from './delivery.ts';
import type { PartitionLane } from './partition-lane.ts';
import {
  ANY_PARTITION,
  choosePartition,
  type Partitioner,
  type ProducerRecord,
  StickyPartition,
} from './partitioner.ts';
import { checkWritable } from './writable-topic.ts';

export interface TopicLanesOptions {
  readonly partitioner: Partitioner;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
}

export class TopicLanes {
  readonly #topic: string;
  readonly #partitioner: Partitioner;
  readonly #make: (partition: number) => PartitionLane;
  readonly #lanes = new Map<number, PartitionLane>();
  readonly #sticky: StickyPartition;
  #partitionCount = 0;

  /** Throws INVALID_TOPIC for a topic that producers may not write to. */
  constructor(topic: string, options: TopicLanesOptions, make: (partition: number) => PartitionLane) {
    checkWritable(topic);
    this.#topic = topic;
    this.#partitioner = options.partitioner;
    this.#make = make;
    this.#sticky = new StickyPartition(options.random);
  }

  /** So many partitions there are now. */
  count(partitions: number): void {
    this.#partitionCount = partitions;
  }

  /** Adds the record of a send, or throws. */
  add(record: ProducerRecord, delivery: Delivery, now: Timestamp): void {
    this.#laneFor(this.#choose(record), delivery.size).add(record, delivery, 0, delivery.size, now);
  }

  /** Adds all records of a send, or, when it throws, none. */
  addAll(send: ArraySend): void {
    const { records, sizes, delivery, now } = send;
    const partitions = records.map((record) => this.#choose(record));
    let runEnd = 0;
    for (let i = 0; i < sizes.length;) {
      // Those that may go anywhere are placed bit by bit: where to changes when a batch is full.
      const lane = this.#laneFor(partitions[i], sizes[i]);
      if (runEnd <= i) for (runEnd = i + 1; partitions[runEnd] === partitions[i];) runEnd++;
      const next = runEnd - i > 1 ? lane.addRun(send, i, runEnd) : i;
      if (next === i) lane.add(records[i], delivery, i, sizes[i++], now);
      else i = next;
    }
  }

  /** A batch of `partition` has ended. */
  leave(partition: number): void {
    this.#sticky.leave(partition, this.#partitionCount);
  }

  #choose(record: ProducerRecord): number {
    return choosePartition(this.#partitioner, this.#topic, record, this.#partitionCount);
  }

  /** What may go anywhere does not begin a batch where it would end one. */
  #laneFor(chosen: number, size: number): PartitionLane {
    if (chosen !== ANY_PARTITION) return this.#lane(chosen);
    const lane = this.#lane(this.#sticky.of(this.#partitionCount));
    return lane.sealUnlessFits(size) ? this.#lane(this.#sticky.of(this.#partitionCount)) : lane;
  }

  #lane(partition: number): PartitionLane {
    let lane = this.#lanes.get(partition);
    if (lane === undefined) {
      lane = this.#make(partition);
      this.#lanes.set(partition, lane);
    }
    return lane;
  }
}
