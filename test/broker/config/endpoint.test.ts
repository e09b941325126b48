import { expect, test } from 'vitest';
import { addressText, endpointText, isLoopback, isWildcard, parseEndpoints } from '#millrace/broker/config/endpoint.js';

const parsed = (list: string) => parseEndpoints('listeners', list);

test('addresses with names, IPv6 in brackets, no host for all', () => {
  expect(parsed('plaintext://localhost:9092, INTERNAL://[::1]:0,EXTERNAL_1://:65535')).toEqual([
    { name: 'PLAINTEXT', host: 'localhost', port: 9092 },
    { name: 'INTERNAL', host: '::1', port: 0 },
    { name: 'EXTERNAL_1', host: '', port: 65_535 },
  ]);
  expect(parsed('')).toEqual([]);
});

test.each([
  'localhost:9092',
  'A://host',
  'A://host:',
  'A://host:70000',
  'A://ho/st:1',
  'A://::1:9092',
  'A://h:1 B://h:2',
])('%j is none', (text) => {
  expect(() => parsed(text)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
});

test('a name that comes twice is refused', () => {
  expect(() => parsed('A://h:1,a://h:2')).toThrow(/each name is once/);
});

test('it is written as it was read', () => {
  const text = 'A://h:1,B://[::1]:2,C://:3';
  expect(parsed(text).map(endpointText).join()).toBe(text);
  expect(parsed(text).map(addressText)).toEqual(['h:1', '[::1]:2', ':3']);
});

test('which hosts only this machine reaches, and which are every address', () => {
  const hosts = [
    '127.0.0.1',
    '127.8.8.8',
    '::1',
    'localhost',
    '',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'broker',
    '127.evil.org',
  ];
  expect(hosts.filter(isLoopback)).toEqual(['127.0.0.1', '127.8.8.8', '::1', 'localhost']);
  expect(hosts.filter(isWildcard)).toEqual(['', '0.0.0.0', '::']);
});

test('in a URL an IPv6 address has brackets', () => {
  const text = (host: string, port: number): string => addressText({ host, port });
  expect([text('::1', 1), text('127.0.0.1', 2)]).toEqual(['[::1]:1', '127.0.0.1:2']);
});
