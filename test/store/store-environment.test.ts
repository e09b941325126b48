import { expect, test } from 'vitest';
import { Health } from '#millrace/file/health.js';
import { isDiskFailure, type StoreEnvironment, writing } from '#millrace/store/store-environment.js';
import { systemError } from '../support/memory-file-system.ts';

test.each([
  ['EIO', 'write', true],
  ['EROFS', 'open', true],
  ['ENOSPC', 'fdatasync', true],
  ['EINVAL', 'fsync', true],
  ['ENOSPC', 'write', false],
  ['EMFILE', 'open', false],
  ['ENOENT', 'open', false],
])('%s of %s: a disk failure? %s', (code, syscall, expected) => {
  expect(isDiskFailure(systemError(code, syscall, '/x'))).toBe(expected);
});

test('nothing else is one', () => {
  expect(isDiskFailure(new Error('EIO'))).toBe(false);
  expect(isDiskFailure(null)).toBe(false);
});

test('a disk failure is final, and what follows does not even try', () => {
  const environment = { health: new Health('/data') } as StoreEnvironment;
  expect(writing(environment, () => 7)).toBe(7);
  expect(() => writing(environment, () => fail('ENOSPC'))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }),
  );
  expect(environment.health.failure).toBeNull();
  const offline = expect.objectContaining({ code: 'ERR_MILLRACE_OFFLINE' });
  expect(() => writing(environment, () => fail('EIO'))).toThrow(offline);
  let tried = false;
  expect(() => writing(environment, () => (tried = true))).toThrow(offline);
  expect(tried).toBe(false);
});

function fail(code: string): never {
  throw systemError(code, 'pwrite', '/x');
}
