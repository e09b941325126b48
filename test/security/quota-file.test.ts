import { expect, test } from 'vitest';
import { type QuotaEntry, QUOTAS_FILE, readQuotaFile, writeQuotaFile } from '#millrace/security/quota-file.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

function directory(): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory('/data');
  return system;
}

test('what is written is read: names, defaults, parts that do not matter', () => {
  const system = directory();
  const entries: QuotaEntry[] = [
    { entity: { user: 'alice' }, values: { producer_byte_rate: 1000 } },
    { entity: { user: null, clientId: 'x' }, values: { consumer_byte_rate: 2000, producer_byte_rate: 1 } },
    { entity: { clientId: null }, values: { consumer_byte_rate: 3000 } },
  ];
  expect(readQuotaFile(system, '/data')).toEqual([]);
  writeQuotaFile(system, '/data', entries);
  expect(readQuotaFile(system, '/data')).toEqual(entries);
});

test.each([
  [{ user: '', producer_byte_rate: 1 }, /a name is none/],
  [{ producer_byte_rate: 1 }, /for nobody/],
  [{ user: 'a', request_percentage: 1 }, /no quota request_percentage/],
  [{ user: 'a', producer_byte_rate: 0 }, /no rate/],
])('%o is no quota, and the file says where', (line, message) => {
  const system = directory();
  const good = { entity: { user: 'ok' }, values: { producer_byte_rate: 1 } };
  writeQuotaFile(system, '/data', [good, { entity: line as never, values: {} }]);
  expect(() => readQuotaFile(system, '/data')).toThrow(message);
  expect(() => readQuotaFile(system, '/data')).toThrow(new RegExp(`/data/${QUOTAS_FILE} line 3`));
});
