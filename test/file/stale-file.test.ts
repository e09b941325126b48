import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { isGone, isStale, staleFile } from '#millrace/file/stale-file.js';
import { MemoryFileSystem, systemError } from '../support/memory-file-system.ts';

test('a file that was replaced, or is not there, is stale; any other error is not', () => {
  expect(isStale(staleFile('/a/b'))).toBe(true);
  expect(staleFile('/a/b')).toMatchObject({ code: 'ERR_MILLRACE_IO', path: '/a/b', cause: { code: 'ESTALE' } });
  const system = new MemoryFileSystem();
  expect(() => system.open('/none', 'r')).toThrow(expect.toSatisfy(isStale));
  expect(() => system.open('/none', 'r')).toThrow(expect.toSatisfy(isGone));
  expect(isGone(staleFile('/a/b'))).toBe(false);
  expect(isStale(systemError('EIO', 'pread', '/a'))).toBe(false);
  expect(isStale(new MillraceError('ERR_MILLRACE_IO', 'without a cause'))).toBe(false);
  expect(isStale(Object.assign(new Error('raw'), { code: 'ENOENT', errno: 2, syscall: 'open' }))).toBe(false);
});
