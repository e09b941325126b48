import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { GrowingEntries } from '#millrace/index/growing-entries.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

function push(entries: GrowingEntries, value: number): void {
  const position = entries.push();
  entries.view.setUint32(position, value);
}

test('entries grow past any first size and stay where they were', () => {
  const entries = new GrowingEntries(4);
  for (let i = 0; i < 1000; i++) push(entries, i * 3);
  expect(entries.count).toBe(1000);
  for (let i = 0; i < 1000; i++) expect(entries.view.getUint32(i * 4)).toBe(i * 3);
});

test('content that is not whole entries is our own bug', () => {
  expect(() => new GrowingEntries(8, new Uint8Array(12))).toThrow('millrace bug');
});

test('what grows from a file does not write into the bytes that it came from', () => {
  const content = new Uint8Array([0, 0, 0, 1]);
  const entries = new GrowingEntries(4, content);
  push(entries, 2);
  entries.truncate(0);
  push(entries, 9);
  expect([...content]).toEqual([0, 0, 0, 1]);
});

test('only what the file lacks is written', () => {
  const system = new DiskFileSystem();
  const path = join(temporaryDirectory(), 'entries');
  const file = system.open(path, 'a+');
  const entries = new GrowingEntries(4);
  const persisted = (): string => {
    entries.persist(file);
    return readFileSync(path).toString('hex');
  };
  expect(persisted()).toBe('');
  push(entries, 1);
  push(entries, 2);
  expect(entries.unpersisted).toBe(2);
  expect(persisted()).toBe('0000000100000002');
  expect(entries.unpersisted).toBe(0);
  push(entries, 3);
  expect(persisted()).toBe('000000010000000200000003');
  entries.truncate(1);
  push(entries, 7);
  expect(entries.unpersisted).toBe(1);
  expect(persisted().slice(0, 16)).toBe('0000000100000007');
  file.close();
});
