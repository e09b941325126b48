/** What errors say; that it reads and writes as made code does, apis.test.ts shows. */
import { expect, test } from 'vitest';
import { array, bytes, int32, int8, string, uuid } from '#millrace/protocol/field.js';
import { interpretBytes, interpretMessage } from '#millrace/protocol/interpreter.js';
import { layoutOf } from '#millrace/protocol/message-layout.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { hex } from './hex.ts';

const fields = {
  topics: array({ name: string(), partitions: array(int32()), note: string({ nullableSince: 0, tag: 3 }) }),
  raw: bytes({ nullableSince: 0 }),
};
const layout = layoutOf(fields, 1, true);
const read = (text: string): unknown => interpretBytes(layout, Buffer.from(text, 'hex'), 'a greeting,');
const write = (message: unknown): string => {
  const writer = new MessageWriter();
  interpretMessage(layout, message, 'a greeting', writer);
  return writer.finish().toString('hex');
};

test('a message and its bytes', () => {
  const message = { topics: [{ name: 'a', partitions: [7], note: 'x' }], raw: null };
  const text = hex('02 0261 0200000007 01 03 02 0278 00 00');
  expect(write(message)).toBe(text);
  expect(read(text)).toEqual(message);
  // What may be left out.
  expect(write({ topics: [{ name: 'a', partitions: [7] }] })).toBe(hex('020261020000000700 0000'));
});

test('tagged fields that are not known are passed over', () => {
  expect(read(hex('02 0261 01 02 0103616263 03020278 0000'))).toEqual({
    topics: [{ name: 'a', partitions: [], note: 'x' }],
    raw: null,
  });
});

test('a damaged message is refused, and the field is named', () => {
  const sentences = {
    '': 'a greeting, of 0 bytes ends in the middle of a field at byte 0, in topics',
    '03026101000261': 'a greeting, of 7 bytes ends in the middle of a field at byte 7, in topics[1].partitions',
    '020061': 'a greeting, of 3 bytes says that 1 elements follow, in topics',
    '02006161': 'a greeting, of 4 bytes has null where it needs a string, in topics[0].name',
    '0202610103': 'a greeting, of 5 bytes ends in the middle of a field at byte 5, in topics[0]',
    '020261010103030278000000':
      'a greeting, of 12 bytes has a tagged field of another size than 3 bytes, in topics[0].note',
    '01000000': 'a greeting, of 4 bytes ends at byte 3, and more follow',
    ffffffff7f: 'a greeting, of 5 bytes has an unsigned varint of more than 32 bits, in topics',
  };
  for (const [text, message] of Object.entries(sentences)) {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', message }));
  }
});

test('a value that does not fit is refused, and the field is named', () => {
  const sentences: [unknown, string][] = [
    [null, 'a greeting: needs an object, got null'],
    [{}, 'a greeting: topics: needs an array, got undefined'],
    [{ topics: [5] }, 'a greeting: topics[0]: needs an object, got 5'],
    [{ topics: [{ partitions: [] }] }, 'a greeting: topics[0].name: needs a string, got undefined'],
    [
      { topics: [{ name: '', partitions: [1, 2.5] }] },
      'a greeting: topics[0].partitions[1]: needs a whole number of 32 bits, got 2.5',
    ],
    [{ topics: [{ name: '', partitions: [], note: 5 }] }, 'a greeting: topics[0].note: needs a string, got 5'],
    [{ topics: [], raw: 'x' }, 'a greeting: raw: needs bytes, got "x"'],
  ];
  for (const [message, text] of sentences) {
    expect(() => write(message)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT', message: text }),
    );
  }
  expect(() => write({ topics: [{ name: 'é'.repeat(20_000), partitions: [] }] })).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_TOO_LARGE',
      message: 'a greeting: topics[0].name: a string of 40000 bytes, at most 32767 fit',
    }),
  );
});

test('numbers are held to their widths, ids to their form', () => {
  const one = layoutOf({ small: int8(), id: uuid() }, 0, false);
  const put = (message: unknown) => (): void => interpretMessage(one, message, 'it', new MessageWriter());
  expect(put({ small: -128, id: 'AAECAwQFBgcICQoLDA0ODw' })).not.toThrow();
  expect(put({ small: 128, id: 'AAECAwQFBgcICQoLDA0ODw' })).toThrow('small: needs a whole number of 8 bits, got 128');
  expect(put({ small: 1, id: 'nobody' })).toThrow('id: needs an id of 22 characters, got "nobody"');
});
