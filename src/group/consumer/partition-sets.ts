/** Partitions by the ids of their topics, as sets: compared, and looked into. */
import type { PartitionsById } from '../assignor/server-assignor.ts';

export const NO_PARTITIONS: PartitionsById = new Map();

export function hasPartition(partitions: PartitionsById, topicId: string, partition: number): boolean {
  return partitions.get(topicId)?.has(partition) ?? false;
}

/** Has `all` every partition of `some`? A topic without partitions counts as one that must be there, as it does for Kafka. */
export function includesAll(all: PartitionsById, some: PartitionsById): boolean {
  for (const [topicId, partitions] of some) {
    const known = all.get(topicId);
    if (known === undefined) return false;
    for (const partition of partitions) if (!known.has(partition)) return false;
  }
  return true;
}

export function haveInCommon(some: PartitionsById, others: PartitionsById): boolean {
  for (const [topicId, partitions] of some) {
    const known = others.get(topicId);
    if (known === undefined) continue;
    for (const partition of partitions) if (known.has(partition)) return true;
  }
  return false;
}

export function samePartitions(one: PartitionsById, other: PartitionsById): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const known = other.get(topicId);
    if (known === undefined || known.size !== partitions.size) return false;
    for (const partition of partitions) if (!known.has(partition)) return false;
  }
  return true;
}

/** All of both. */
export function united(one: PartitionsById, other: PartitionsById): PartitionsById {
  const all = new Map(one);
  for (const [topicId, partitions] of other) {
    const known = all.get(topicId);
    all.set(topicId, known === undefined ? partitions : new Set([...known, ...partitions]));
  }
  return all;
}
