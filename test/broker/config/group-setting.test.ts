import { expect, test } from 'vitest';
import { brokerConfigs, checkBrokerConfig } from '#millrace/broker/broker-config.js';
import { faultOf, groupSettings, overridesOf } from '#millrace/broker/config/group-setting.js';

const [session, heartbeat] = ['consumer.session.timeout.ms', 'consumer.heartbeat.interval.ms'];
const { config } = checkBrokerConfig({});
const fault = (configs: Readonly<Record<string, string>>, broker = config) =>
  faultOf(new Map(Object.entries(configs)), broker);

test('a setting is one of the broker for a group', () => {
  expect(groupSettings.map(({ name }) => name)).toEqual([heartbeat, session]);
  for (const setting of groupSettings)
    for (const name of [setting.default, setting.min, setting.max]) expect(brokerConfigs).toHaveProperty([name]);
});

test('what a group may have is within the bounds of the broker', () => {
  expect(fault({})).toBe(null);
  expect(fault({ [session]: '45000', [heartbeat]: '15000' })).toBe(null);
  expect(fault({ [session]: '44999' })).toMatch(/must be greater than or equal to group.consumer.min.session/);
  expect(fault({ [session]: '60001' })).toMatch(/must be less than or equal to group.consumer.max.session/);
  expect(fault({ [heartbeat]: '4999' })).toMatch(/must be greater than or equal to group.consumer.min.heartbeat/);
  expect(fault({ [heartbeat]: '15001' })).toMatch(/must be less than or equal to group.consumer.max.heartbeat/);
  expect(fault({ [session]: 'long' })).toBe(
    `Invalid value long for configuration ${session}: Not a number of type INT`,
  );
  expect(fault({ [session]: '9999999999' })).toMatch(/Not a number of type INT/);
  expect(fault({ 'share.session.timeout.ms': '1' })).toBe('Unknown group config name: share.session.timeout.ms');
  const { config: wide } = checkBrokerConfig({ 'group.consumer.min.session.timeout.ms': 1 });
  expect(fault({ [session]: '5000' }, wide)).toBe(`${session} must be greater than ${heartbeat}`);
});

test('what is not said is the broker’s', () => {
  expect(overridesOf(new Map())).toEqual({});
  expect(overridesOf(new Map([[session, '50000']]))).toEqual({ sessionTimeoutMs: 50_000 });
  expect(overridesOf(new Map([[heartbeat, '6000']]))).toEqual({ heartbeatIntervalMs: 6_000 });
});
