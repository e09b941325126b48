import { expect, test } from 'vitest';
import { storageConfigs } from '#millrace/broker/config/storage-configs.js';

test('their defaults are values that they can have', () => {
  for (const { default: standard, parse } of Object.values(storageConfigs)) {
    if (standard !== null) expect(parse(standard)).toBe(standard);
  }
  expect(storageConfigs['millrace.replication.factor.max'].default).toBe(3);
});
