import { expect, test } from 'vitest';
import { allHandlers } from '#millrace/broker/handlers.js';

test('each handler serves what its schema has, under its own key', () => {
  for (const [key, { api, minVersion, maxVersion, advertisedFrom }] of allHandlers()) {
    expect(api.key).toBe(key);
    expect(minVersion, api.name).toBeGreaterThanOrEqual(api.minVersion);
    expect(maxVersion, api.name).toBeLessThanOrEqual(api.maxVersion);
    expect(advertisedFrom, api.name).toBeLessThanOrEqual(minVersion);
  }
});
