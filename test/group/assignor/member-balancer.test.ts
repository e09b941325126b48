import { expect, test } from 'vitest';
import { MemberBalancer } from '#millrace/group/assignor/member-balancer.js';

test('who has least gets next, as if levels were filled', () => {
  const counts = Int32Array.of(2, 0, 1, 5);
  const balancer = new MemberBalancer(counts);
  expect(balancer.begin([0, 1, 2])).toBe(2);
  expect(Array.from({ length: 8 }, () => balancer.nextLeastLoaded())).toEqual([1, 1, 2, 1, 2, 0, 1, 2]);
});

test('who has most gives next; who cannot is put aside', () => {
  const balancer = new MemberBalancer(Int32Array.of(1, 4, 4, 2));
  expect(balancer.begin([0, 1, 2, 3])).toBe(3);
  expect([balancer.nextMostLoaded(), balancer.nextMostLoaded()]).toEqual([2, 1]);
  expect(balancer.nextMostLoaded()).toBe(2);
  balancer.excludeMostLoaded();
  // Counts were not changed meanwhile: the one that is left in the range gives for its level, and for the one below, which takes in the next member.
  expect([1, 2, 3].map(() => balancer.nextMostLoaded())).toEqual([1, 1, 3]);
  for (let left = 0; left < 3; left++) {
    balancer.excludeMostLoaded();
    expect(balancer.nextMostLoaded()).toBe([1, 0, -1][left]);
  }
});

test('balanced when the levels meet', () => {
  const balancer = new MemberBalancer(Int32Array.of(0, 4));
  balancer.begin([0, 1]);
  const steps: boolean[] = [];
  for (let i = 0; i < 3; i++) {
    balancer.nextMostLoaded();
    balancer.nextLeastLoaded();
    steps.push(balancer.isBalanced);
  }
  expect(steps).toEqual([false, false, true]);
});
