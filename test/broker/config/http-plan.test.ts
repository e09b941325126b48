import { expect, test } from 'vitest';
import { planHttp } from '#millrace/broker/config/http-plan.js';

const settings = (listener: string, isAllowed = false) => ({
  'millrace.http.listener': listener,
  'millrace.allow.insecure.listeners': isAllowed,
  'millrace.metrics.group.series.max': 7,
});

test('nowhere, unless it is said', () => {
  expect(planHttp(settings(''), undefined)).toBeNull();
  expect(planHttp(settings(''), {})).toEqual({ host: '127.0.0.1', port: 9644, isOpenToAll: false, groupSeriesMax: 7 });
});

test.each([
  ['127.0.0.1:9644', { host: '127.0.0.1', port: 9644 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:80', { host: '::1', port: 80 }],
])('%s', (listener, found) => {
  expect(planHttp(settings(listener), undefined)).toEqual({ ...found, isOpenToAll: false, groupSeriesMax: 7 });
});

test('the option is stronger than the setting', () => {
  expect(planHttp(settings('127.0.0.1:1'), { port: 2 })).toMatchObject({ port: 2 });
});

test('an address that other machines reach needs a word', () => {
  for (const listener of ['0.0.0.0:9644', 'broker.example:9644', '[::]:9644', '10.0.0.1:9644']) {
    expect(() => planHttp(settings(listener), undefined)).toThrow('millrace.allow.insecure.listeners');
    expect(planHttp(settings(listener, true), undefined)).toMatchObject({ isOpenToAll: true });
  }
});

test.each(['9644', ':9644', 'a:b', 'a:65536', 'http://a:1', '::1:80', 'a b:1'])('%s is no address', (listener) => {
  expect(() => planHttp(settings(listener), undefined)).toThrow('millrace.http.listener');
});

test.each([[{ port: -1 }], [{ port: 1.5 }], [{ host: '' }], [null], ['127.0.0.1:1']])('%j is no option', (option) => {
  expect(() => planHttp(settings(''), option as never)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
  );
});
