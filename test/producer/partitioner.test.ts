import { describe, expect, test } from 'vitest';
import {
  ANY_PARTITION,
  choosePartition,
  type PartitionerInput,
  StickyPartition,
} from '#millrace/producer/partitioner.js';
import { Random, seedsOf } from '../support/random.ts';

describe('choosePartition', () => {
  test("a record's own partition goes before everything", () => {
    const never = (): number => {
      throw new Error('was asked');
    };
    expect(choosePartition(never, 't', { key: 'k', partition: 3 }, 4)).toBe(3);
    expect(choosePartition('default', 't', { key: 'k', partition: 0 }, 4)).toBe(0);
    expect(choosePartition('default', 't', { partition: null }, 4)).toBe(ANY_PARTITION);
  });

  test.each([-1, 1.5, NaN, '1', 2 ** 53])('no partition is %s', (partition) => {
    expect(() => choosePartition('default', 't', { partition: partition as number }, 4)).toThrow(/partition must be/);
  });

  test('one that is not there is named', () => {
    expect(() => choosePartition('default', 'orders', { partition: 4 }, 4)).toThrow(
      'topic "orders" has no partition 4, it has 4',
    );
  });

  test('a key decides, also an empty one; none does not', () => {
    expect(choosePartition('default', 't', { key: '21' }, 12)).toBe(0);
    expect(choosePartition('default', 't', { key: Buffer.from('foobar') }, 12)).toBe(6);
    expect(choosePartition('default', 't', { key: '' }, 12)).toBe(9);
    expect(choosePartition('default', 't', { key: null }, 12)).toBe(ANY_PARTITION);
    expect(choosePartition('default', 't', {}, 12)).toBe(ANY_PARTITION);
  });

  test('a function is told everything, and held to its word', () => {
    const inputs: PartitionerInput[] = [];
    const record = { key: 'k', value: 'v' };
    const answers = [0, 2, 3, -1, 0.5, '1', undefined];
    const partitioner = (input: PartitionerInput): number => {
      inputs.push(input);
      return answers[inputs.length - 1] as number;
    };
    expect(choosePartition(partitioner, 't', record, 3)).toBe(0);
    expect(choosePartition(partitioner, 't', {}, 3)).toBe(2);
    for (let i = 2; i < answers.length; i++) {
      expect(() => choosePartition(partitioner, 't', record, 3)).toThrow(
        /^what the partitioner returned must be a whole number from 0 to 2, got/,
      );
    }
    expect(inputs[0]).toEqual({ topic: 't', key: 'k', partitionCount: 3, record });
    expect(inputs[0].record).toBe(record);
    expect(inputs[1].key).toBeNull();
  });
});

describe('StickyPartition', () => {
  test('stays until it is left, and then goes elsewhere', () => {
    for (const seed of seedsOf(3)) {
      const random = new Random(seed);
      const sticky = new StickyPartition(() => random.fraction());
      const visited = new Set<number>();
      for (let i = 0; i < 200; i++) {
        const at = sticky.of(5);
        expect(sticky.of(5)).toBe(at);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThan(5);
        visited.add(at);
        sticky.leave((at + 1) % 5, 5);
        expect(sticky.of(5), 'another batch ended').toBe(at);
        sticky.leave(at, 5);
        expect(sticky.of(5), `MILLRACE_SEED=${seed}`).not.toBe(at);
      }
      expect(visited.size).toBe(5);
    }
  });

  test('the last number that a source of random gives is in bounds', () => {
    const sticky = new StickyPartition(() => 1 - 2 ** -53);
    expect(sticky.of(3)).toBe(2);
    sticky.leave(2, 3);
    expect(sticky.of(3)).toBe(1);
  });

  test('one partition is the only one, and one that is gone is not kept', () => {
    const sticky = new StickyPartition(() => 0.9);
    expect(sticky.of(1)).toBe(0);
    sticky.leave(0, 1);
    expect(sticky.of(1)).toBe(0);
    sticky.leave(0, 8);
    expect(sticky.of(8)).not.toBe(0);
    expect(sticky.of(1)).toBe(0);
  });
});
