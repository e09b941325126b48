import { describe, expect, test } from 'vitest';
import { HeaderList } from '#millrace/record/header-list.js';
import type { HeaderInput } from '#millrace/types.js';
import { bytesOf, codeOf } from './random.ts';

function written(headers: HeaderInput | undefined): Buffer {
  const list = new HeaderList();
  list.take(headers, 0);
  const bytes = Buffer.alloc(list.size + 1, 0xee);
  expect(list.write(bytes, 0)).toBe(list.size);
  expect(bytes.at(-1)).toBe(0xee);
  return bytes.subarray(0, -1);
}

describe('headers on their way into a batch', () => {
  test('an object and pairs are written the same, in order', () => {
    const dump = bytesOf('04 | 02 61 | 02 31 | 02 62 | 01');
    expect(written({ a: '1', b: null })).toEqual(dump);
    expect(
      written([
        ['a', '1'],
        ['b', null],
      ]),
    ).toEqual(dump);
  });

  test('pairs may repeat a name', () => {
    expect(
      written([
        ['a', ''],
        ['a', Uint8Array.of(9)],
      ]),
    ).toEqual(bytesOf('04 | 02 61 00 | 02 61 02 09'));
  });

  test.each([undefined, {}, []])('%o is no headers', (none) => {
    expect(written(none as HeaderInput | undefined)).toEqual(bytesOf('00'));
  });

  test('more than 63 headers have a count of two bytes', () => {
    expect(written(Array.from({ length: 64 }, () => ['', null] as const)).subarray(0, 4)).toEqual(
      bytesOf('80 01 00 01'),
    );
  });

  test('inherited properties are no headers', () => {
    expect(written(Object.create({ inherited: 'x' }) as HeaderInput)).toEqual(bytesOf('00'));
  });

  test('a getter is asked once: measuring and writing see the same', () => {
    let asked = 0;
    const sly = {
      get a(): string {
        return 'x'.repeat(++asked * 5);
      },
    };
    expect(written(sly)).toEqual(bytesOf('02 | 02 61 | 0a 78 78 78 78 78'));
    expect(asked).toBe(1);
  });

  test('a list is used again without remembering', () => {
    const list = new HeaderList();
    list.take({ a: '1', b: '2' }, 0);
    list.write(Buffer.alloc(20), 0);
    list.take(undefined, 1);
    expect(list.size).toBe(1);
  });

  test.each([[null], ['text'], [5], [new Uint8Array(2)], [{ a: 5 }], [[['a', {}]]], [[5]], [[[5, 'x']]], [['ab']]])(
    '%o is refused',
    (bad) => {
      expect(codeOf(() => new HeaderList().take(bad as never, 3))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
      expect(() => new HeaderList().take(bad as never, 3)).toThrow(/records\[3\]\.headers/);
    },
  );
});
