import { expect, test } from 'vitest';
import { groupConfigs } from '#millrace/broker/config/group-configs.js';

test('their defaults are values that they can have', () => {
  for (const { default: standard, parse } of Object.values(groupConfigs)) {
    if (standard !== null) expect(parse(standard)).toBe(standard);
  }
});
