import { expect, test } from 'vitest';
import { securityConfigs } from '#millrace/broker/config/security-configs.js';

test('secrets are of the kind that is not shown', () => {
  for (const name of ['ssl.keystore.key', 'ssl.key.password', 'ssl.keystore.certificate.chain'] as const)
    expect(securityConfigs[name].type).toBe('password');
});

test('passwords do not go over the wire by default', () => {
  expect(securityConfigs['sasl.enabled.mechanisms'].default).not.toContain('PLAIN');
});
