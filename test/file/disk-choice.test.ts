import { afterEach, expect, test, vi } from 'vitest';
import { CopyingDisk } from '#millrace/file/copying-disk.js';
import { chooseDisk, openDisk } from '#millrace/file/disk-choice.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { native } from '#millrace/native.js';

afterEach(() => void vi.unstubAllEnvs());

test.each([
  [null, true, DiskFileSystem],
  ['map', true, DiskFileSystem],
  ['copy', true, CopyingDisk],
  [null, false, CopyingDisk],
  ['copy', false, CopyingDisk],
] as const)('%s where mapping is allowed: %s', (access, canMap, expected) => {
  expect(chooseDisk(access, canMap).constructor).toBe(expected);
});

test('mapping that is asked for and not allowed is refused', () => {
  expect(() => chooseDisk('map', false)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_UNSUPPORTED' }));
});

test('the environment decides where nothing was said', () => {
  vi.stubEnv('MILLRACE_COPY', undefined);
  expect(openDisk().constructor).toBe(DiskFileSystem);
  vi.stubEnv('MILLRACE_COPY', '1');
  expect(openDisk().constructor).toBe(CopyingDisk);
  expect(openDisk('map').constructor).toBe(DiskFileSystem);
  vi.stubEnv('MILLRACE_COPY', '0');
  expect(openDisk().constructor).toBe(DiskFileSystem);
  expect(openDisk('copy').constructor).toBe(CopyingDisk);
});

test('this runtime allows external buffers, and says so however often it is asked', () => {
  for (let i = 0; i < 1000; i++) expect(native.externalBuffersAllowed()).toBe(true);
});
