import { expect, test } from 'vitest';
import { canonicalHost, Subnet } from '#millrace/security/host-address.js';

test.each([
  ['10.0.0.7', '10.0.0.7'],
  ['::1', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['FE80:0:0:0:1:2:3:4', 'fe80::1:2:3:4'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['fe80:0:0:0:0:0:0:1%eth0', 'fe80::1%eth0'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['::FFFF:0a00:0007', '10.0.0.7'],
  ['example.org', 'example.org'],
  ['', ''],
])('%j is %j', (host, canonical) => {
  expect(canonicalHost(host)).toBe(canonical);
});

test.each([
  [
    '10.0.0.0/8',
    ['10.0.0.0', '10.255.255.255'],
    ['9.255.255.255', '11.0.0.0', '::ffff:b00:1', 'example.org', '::1', ''],
  ],
  ['10.1.2.3/8', ['10.9.9.9'], ['11.1.2.3']],
  ['10.0.0.7/32', ['10.0.0.7'], ['10.0.0.6', '10.0.0.8']],
  ['0.0.0.0/0', ['1.2.3.4'], ['::1', 'x']],
  ['2001:db8::/32', ['2001:db8::', '2001:db8:ffff::1'], ['2001:db9::', '10.0.0.1']],
  ['::/0', ['::1', '2001:db8::1'], ['10.0.0.1', 'fe80::1%eth0']],
])('%s', (range, inside, outside) => {
  const subnet = Subnet.parse(range);
  for (const host of inside) expect(subnet.has(host), host).toBe(true);
  for (const host of outside) expect(subnet.has(canonicalHost(host)), host).toBe(false);
});

test.each([
  '10.0.0.0',
  '10.0.0.0/',
  '/8',
  '10.0.0.0/33',
  '::/129',
  '10.0.0/8',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '10.0.0.0/ 8',
  'x/8',
  'fe80::1%e/8',
])('%j is no range', (text) => {
  expect(() => Subnet.parse(text)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT', message: expect.stringContaining(text) }),
  );
});
