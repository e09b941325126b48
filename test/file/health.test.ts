import { expect, test } from 'vitest';
import { Health } from '#millrace/file/health.js';

test('a healthy directory passes its check', () => {
  const health = new Health('/data');
  health.check();
  expect(health.failure).toBeNull();
});

test('the first failure is final, and names directory and cause', () => {
  const health = new Health('/data');
  const cause = new Error('fdatasync of /data/t-0/0.log failed: EIO');
  const failure = health.fail(cause);
  expect(health.fail(new Error('later'))).toBe(failure);
  expect(health.failure).toBe(failure);
  expect(failure).toMatchObject({ code: 'ERR_MILLRACE_OFFLINE', path: '/data', cause });
  expect(failure.message).toContain('/data');
  expect(failure.message).toContain('EIO');
  expect(() => health.check()).toThrow(failure);
});

test('listeners are told once', () => {
  const health = new Health('/data');
  const told: unknown[] = [];
  health.onFailure((failure) => told.push(failure));
  health.onFailure((failure) => told.push(failure));
  health.fail('text');
  health.fail('again');
  expect(told).toEqual([health.failure, health.failure]);
});
