import { expect, test } from 'vitest';
import { checkMeasuredBroker } from '#millrace/metrics/measured-broker.js';
import { rig } from '../broker/broker-fixture.ts';

test('a broker is one, a store is none', async () => {
  const { broker } = await rig();
  expect(() => checkMeasuredBroker(broker)).not.toThrow();
  for (const other of [broker.store, null, undefined, 7, {}]) {
    expect(() => checkMeasuredBroker(other)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT', message: expect.stringContaining('a broker') }),
    );
  }
});
