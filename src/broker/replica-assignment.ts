/**
 * What clients say about replicas, judged as Kafka does on a cluster of one broker: an assignment may name this broker and no other.
 *
 * Replication factors are the exception: up to `millrace.replication.factor.max` they are taken, since programs that were written for three brokers ask for
 * three copies, and recorded nowhere. There is one copy.
 */
import type { BrokerContext } from './broker-context.ts';
import { Refusal } from './refusal.ts';

/** -1: the default. */
export function checkReplicationFactor({ config }: BrokerContext, factor: number): void {
  if (factor < -1 || factor === 0) {
    throw new Refusal(
      'INVALID_REPLICATION_FACTOR',
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  }
  const most = config['millrace.replication.factor.max'];
  if (factor <= most) return;
  throw new Refusal(
    'INVALID_REPLICATION_FACTOR',
    `Unable to replicate the partition ${factor} time(s): there is one broker, and millrace.replication.factor.max is ${most}.`,
  );
}

/** The brokers of one partition. */
export function checkAssignment({ nodeId }: BrokerContext, brokerIds: readonly number[]): void {
  if (brokerIds.length === 0) throw wrong('an empty replica list');
  const stranger = brokerIds.find((id) => id !== nodeId);
  if (stranger !== undefined) throw wrong(`broker ${stranger}, but no such broker is registered`);
  if (brokerIds.length > 1) throw wrong(`the broker ${nodeId} more than once`);
}

function wrong(what: string): Refusal {
  return new Refusal('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment includes ${what}.`);
}

/** Partitions by number with their brokers: from 0 on, without a gap. */
export function checkAssignments(
  broker: BrokerContext,
  assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[],
): void {
  const found = new Set<number>();
  for (const { partitionIndex, brokerIds } of assignments) {
    if (found.has(partitionIndex)) {
      const message = `Found multiple manual partition assignments for partition ${partitionIndex}`;
      throw new Refusal('INVALID_REPLICA_ASSIGNMENT', message);
    }
    checkAssignment(broker, brokerIds);
    found.add(partitionIndex);
  }
  for (let index = 0; index < found.size; index++) {
    if (found.has(index)) continue;
    throw new Refusal('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence');
  }
}
