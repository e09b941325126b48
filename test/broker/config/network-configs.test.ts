import { expect, test } from 'vitest';
import { networkConfigs } from '#millrace/broker/config/network-configs.js';

test('a broker that is told nothing is reached from this machine only', () => {
  expect(networkConfigs.listeners.default).toBe('PLAINTEXT://127.0.0.1:9092');
  expect(networkConfigs['millrace.allow.insecure.listeners'].default).toBe(false);
});

test('all of them are obeyed, and their defaults are values that they can have', () => {
  for (const definition of Object.values(networkConfigs)) {
    expect(definition.obeyed).toBe(true);
    expect(definition.parse(definition.default)).toBe(definition.default);
  }
});
