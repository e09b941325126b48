import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ConsumerRecord } from '#millrace/consumer/consumer-record.js';
import { TempLog } from '../support/temp-log.ts';

test('a record with its place', () => {
  const { log } = new TempLog();
  log.append([{ key: 'k', value: 'v', headers: { h: 'x' }, timestamp: 5 }, {}]);
  const place = { topic: 'orders', partition: 3 };
  const [first, second] = [...[...log.read(0)][0]].map((record) => new ConsumerRecord(place, record));
  expect(first).toMatchObject({ ...place, offset: 0, timestamp: 5, keySize: 1, valueSize: 1 });
  expect([String(first.key), String(first.value)]).toEqual(['k', 'v']);
  expect(first.headers.map(({ key, value }) => [key, String(value)])).toEqual([['h', 'x']]);
  expect(second).toMatchObject({ offset: 1, key: null, value: null, keySize: -1, valueSize: -1, headers: [] });
  expect(inspect(first)).toMatch(/topic: 'orders',\s+partition: 3,\s+offset: 0,\s+timestamp: 5,\s+key: <Buffer 6b>/);
});
