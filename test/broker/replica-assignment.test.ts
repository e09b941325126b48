import { expect, test } from 'vitest';
import { checkAssignment, checkAssignments, checkReplicationFactor } from '#millrace/broker/replica-assignment.js';

const broker = { nodeId: 1, config: { 'millrace.replication.factor.max': 3 } } as never;

test('factors up to the bound, and the default', () => {
  for (const factor of [-1, 1, 2, 3]) expect(() => checkReplicationFactor(broker, factor)).not.toThrow();
  for (const factor of [-2, 0, 4, 0x7fff]) {
    const error = expect.objectContaining({ kafkaError: 'INVALID_REPLICATION_FACTOR' });
    expect(() => checkReplicationFactor(broker, factor), `${factor}`).toThrow(error);
  }
});

test('an assignment names this broker, once', () => {
  expect(() => checkAssignment(broker, [1])).not.toThrow();
  expect(() => checkAssignment(broker, [])).toThrow(/empty replica list/);
  expect(() => checkAssignment(broker, [1, 2])).toThrow(/includes broker 2, but no such broker is registered/);
  expect(() => checkAssignment(broker, [1, 1])).toThrow(/the broker 1 more than once/);
});

test('assignments are of partitions from 0 on, each once', () => {
  const of = (...indexes: number[]) => indexes.map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }));
  expect(() => checkAssignments(broker, of(2, 0, 1))).not.toThrow();
  expect(() => checkAssignments(broker, of(0, 0))).toThrow(/multiple manual partition assignments for partition 0/);
  expect(() => checkAssignments(broker, of(0, 2))).toThrow(/consecutive/);
  expect(() => checkAssignments(broker, of(-1))).toThrow(/consecutive/);
});
