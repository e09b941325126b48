import { expect, test } from 'vitest';
import { isOwnHost } from '#millrace/broker/http/host-check.js';

test.each(['127.0.0.1:9644', '127.0.0.1', 'localhost:9644', 'LOCALHOST', '[::1]:9644', '192.168.0.1:80', undefined])(
  '%s is this machine, or an address',
  (host) => {
    expect(isOwnHost(host, '127.0.0.1')).toBe(true);
  },
);

test.each(['attacker.example:9644', 'localhost.attacker.example', '127.0.0.1.nip.example', '', '[x]:1', 'a:b:c'])(
  '"%s" is another name',
  (host) => {
    expect(isOwnHost(host, '127.0.0.1')).toBe(false);
  },
);

test('what other machines reach has names that only they know', () => {
  expect(isOwnHost('broker.example:9644', '0.0.0.0')).toBe(true);
});
