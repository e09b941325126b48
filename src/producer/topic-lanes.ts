/** The partitions of one topic that a producer has written to, and which of them a record goes to. */
import type { Delivery } from './delivery.ts';
import type { PartitionLane } from './partition-lane.ts';
import {
  ANY_PARTITION,
  choosePartition,
  type Partitioner,
  type ProducerRecord,
  StickyPartition,
} from './partitioner.ts';

export class TopicLanes {
  readonly #topic: string;
  readonly #make: (partition: number) => PartitionLane;
  readonly #lanes = new Map<number, PartitionLane>();
  readonly #sticky: StickyPartition;
  #partitionCount = 0;

  constructor(topic: string, random: () => number, make: (partition: number) => PartitionLane) {
    this.#topic = topic;
    this.#make = make;
    this.#sticky = new StickyPartition(random);
  }

  /** Adds the record of a send, or throws. */
  add(partitioner: Partitioner, record: ProducerRecord, delivery: Delivery, partitionCount: number): void {
    this.#partitionCount = partitionCount;
    const chosen = choosePartition(partitioner, this.#topic, record, partitionCount);
    this.#laneFor(chosen, delivery.size).add(record, delivery, 0, delivery.size);
  }

  /** Adds all records of a send, or, when it throws, none. */
  addAll(
    partitioner: Partitioner,
    records: readonly ProducerRecord[],
    sizes: readonly number[],
    { delivery, partitionCount }: { delivery: Delivery; partitionCount: number },
  ): void {
    this.#partitionCount = partitionCount;
    const partitions = records.map((record) => choosePartition(partitioner, this.#topic, record, partitionCount));
    // Those that may go anywhere are placed one by one: where to changes when a batch is full.
    for (let i = 0; i < sizes.length; i++)
      this.#laneFor(partitions[i], sizes[i]).add(records[i], delivery, i, sizes[i]);
  }

  /** A batch of `partition` has ended. */
  leave(partition: number): void {
    this.#sticky.leave(partition, this.#partitionCount);
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
