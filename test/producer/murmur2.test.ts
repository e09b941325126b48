/** The vectors were made by the Java client: java/Murmur2Vectors.java. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { murmur2, partitionForKey } from '#millrace/producer/murmur2.js';

interface Vector {
  /** Bytes as hex. */
  readonly key: string;
  readonly hash: number;
  /** Of 1, 3, 12 and 1000 partitions. */
  readonly partitions: readonly number[];
}

const file = new URL('../fixture/kafka-4.2/murmur2.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];

test('the vectors are many, and of all remainders of four', () => {
  expect(vectors.length).toBeGreaterThan(80);
  expect(new Set(vectors.map(({ key }) => (key.length / 2) % 4)).size).toBe(4);
  expect(vectors.some(({ hash }) => hash < 0)).toBe(true);
});

describe.each(vectors)('a key of %o', ({ key, hash, partitions }) => {
  test('has the hash and the partitions that Java says', () => {
    const bytes = Buffer.from(key, 'hex');
    expect(murmur2(bytes)).toBe(hash);
    expect([1, 3, 12, 1000].map((count) => partitionForKey(bytes, count))).toEqual(partitions);
    expect(murmur2(Buffer.concat([bytes, Buffer.from('more')]), bytes.length)).toBe(hash);
    const text = bytes.toString();
    // As text where the bytes are that.
    if (Buffer.from(text).equals(bytes)) {
      expect([1, 3, 12, 1000].map((count) => partitionForKey(text, count))).toEqual(partitions);
    }
  });
});

test('a string is the same key as its UTF-8, whatever its length', () => {
  for (const letter of ['a', 'ü', '€', '🚀', '\ud800']) {
    for (let length = 0; length < 80; length++) {
      const text = letter.repeat(length);
      expect(partitionForKey(text, 1000), text).toBe(partitionForKey(Buffer.from(text), 1000));
      expect(partitionForKey(`${'x'.repeat(length)}${letter}`, 1000)).toBe(
        partitionForKey(Buffer.from(`${'x'.repeat(length)}${letter}`), 1000),
      );
    }
  }
});

test('what is no key, or no number of partitions, is refused', () => {
  for (const key of [null, undefined, 7, {}, new DataView(new ArrayBuffer(4))]) {
    expect(() => partitionForKey(key as never, 4)).toThrow(/^key must be a string or a Uint8Array, got /);
  }
  for (const count of [0, -1, 1.5, NaN, '4', undefined]) {
    expect(() => partitionForKey('a', count as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_MILLRACE_INVALID_ARGUMENT',
        message: expect.stringContaining('partitionCount'),
      }),
    );
  }
});
