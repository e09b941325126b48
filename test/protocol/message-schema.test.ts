import { expect, test } from 'vitest';
import { int32, records, string } from '#millrace/protocol/field.js';
import { MessageSchema } from '#millrace/protocol/message-schema.js';
import { hex } from './hex.ts';

const schema = new MessageSchema(
  'greeting',
  { name: string({ until: 1 }), rank: int32({ since: 2, default: 5 }), batches: records({ nullableSince: 0 }) },
  { min: 1, max: 3, flexibleSince: 3 },
);

test('each version has its own bytes, and what a version has not comes back as its default', () => {
  const message = { name: 'a', rank: 9, batches: Buffer.from('xy') };
  const texts = [1, 2, 3].map((version) => Buffer.concat(schema.encode(version, message)).toString('hex'));
  expect(texts).toEqual([hex('000161 000000027879'), hex('00000009 000000027879'), hex('00000009 037879 00')]);
  expect([1, 2, 3].map((version, i) => schema.decode(version, Buffer.from(texts[i], 'hex')))).toEqual([
    { ...message, rank: 5 },
    { ...message, name: '' },
    { ...message, name: '' },
  ]);
});

test('bytes are views of what was decoded', () => {
  const bytes = Buffer.from(hex('00000009 037879 00'), 'hex');
  const { batches } = schema.decode(3, bytes);
  bytes.write('z', 5);
  expect([String(batches), batches!.buffer === bytes.buffer]).toEqual(['zy', true]);
});

test('large records are handed on as they are, several as one', () => {
  const views = [Buffer.alloc(4_000, 1), Buffer.alloc(5_000, 2)];
  const pieces = schema.encode(3, { batches: views });
  expect(pieces.slice(1, 3).map((piece, i) => piece === views[i])).toEqual([true, true]);
  expect(schema.decode(3, Buffer.concat(pieces)).batches).toEqual(Buffer.concat(views));
});

test('a version that it has not is refused', () => {
  for (const version of [0, 4, 1.5, NaN]) {
    expect(() => schema.decode(version, Buffer.alloc(1))).toThrow(
      expect.objectContaining({
        code: 'ERR_MILLRACE_UNSUPPORTED',
        message: `a greeting has versions 1 to 3, and none of ${version}`,
      }),
    );
  }
});

test('a field that a version needs is missed, one with a default is not', () => {
  expect(() => schema.encode(1, {})).toThrow('a greeting, version 1: name: needs a string, got undefined');
  expect(schema.decode(2, Buffer.concat(schema.encode(2, {})))).toEqual({ name: '', rank: 5, batches: null });
});
