import { expect, test } from 'vitest';
import { checkSource, codecOf, epochOf, latestTimestamp } from '#millrace/log/append-options.js';

test('the epoch of an append is the latest, 0 in a new log, or a later one', () => {
  expect([
    epochOf(undefined, -1),
    epochOf(undefined, 7),
    epochOf(7, 7),
    epochOf(0, -1),
    epochOf(0x7fff_ffff, 7),
  ]).toEqual([0, 7, 7, 0, 0x7fff_ffff]);
  expect(() => epochOf(6, 7)).toThrow('leader epoch 6 behind epoch 7');
  for (const bad of [-1, 2 ** 31, 0.5, Number.NaN]) expect(() => epochOf(bad, -1)).toThrow(`got ${bad}`);
});

test('a topic’s codec wins over that of an append', () => {
  expect([
    codecOf(undefined, 'producer'),
    codecOf('lz4', 'producer'),
    codecOf('lz4', 'none'),
    codecOf(undefined, 'gzip'),
  ]).toEqual(['none', 'lz4', 'none', 'gzip']);
  expect(() => codecOf('brotli' as never, 'gzip')).toThrow(
    'compression must be one of none, gzip, snappy, lz4, zstd, got "brotli"',
  );
});

test('batches come from a producer or from a leader', () => {
  expect([checkSource(), checkSource('producer'), checkSource('leader')]).toEqual(['producer', 'producer', 'leader']);
  expect(() => checkSource('follower' as never)).toThrow('from must be');
});

test('the latest timestamp of records, which may bear none', () => {
  expect(latestTimestamp([{ value: 'a' }], 50)).toBe(50);
  expect(latestTimestamp([{ timestamp: 5 }, { timestamp: 9 }, { timestamp: 7 }], 50)).toBe(9);
  expect(latestTimestamp([{ timestamp: 5 }, {}], 50)).toBe(50);
  expect(latestTimestamp([{ timestamp: 5 }, null as never], 50)).toBe(50);
});
