/** What the code does at the edges; that it writes as the interpreter does, apis.test.ts shows. */
import { expect, test } from 'vitest';
import { array, bool, int16, int32, int8, string, struct, uint16 } from '#millrace/protocol/field.js';
import { layoutOf } from '#millrace/protocol/message-layout.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { makeWriter } from '#millrace/protocol/writer-code.js';
import { hex } from './hex.ts';

const fields = {
  small: int8(),
  flag: bool({ default: true }),
  port: uint16(),
  at: struct({ x: int16(), y: int16() }),
  cursor: struct({ name: string() }, { nullableSince: 0 }),
  list: array(int32()),
  note: string({ tag: 2, default: 'none' }),
};
const write = makeWriter('writeGreeting1', layoutOf(fields, 1, true));
const message = { small: -1, port: 0xffff, at: { x: 1, y: 2 }, cursor: { name: 'a' }, list: [7, 8] };

function written(value: unknown): string | false {
  const writer = new MessageWriter();
  writer.isFlexible = true;
  return write(writer, value) ? writer.finish().toString('hex') : false;
}

test('it has its name, and writes the fields in order', () => {
  expect(write.name).toBe('writeGreeting1');
  const start = hex('ff 01 ffff 00010002 00 01 0261 00 03 0000000700000008');
  expect(written(message)).toBe(`${start}00`);
  expect(written({ ...message, note: 'none' })).toBe(`${start}00`);
  expect(written({ ...message, note: 'x' })).toBe(`${start}${hex('01 02 02 0278')}`);
  expect(written({ ...message, cursor: null })).toBe(`${start.replace('01026100', 'ff')}00`);
});

test('what does not fit is refused', () => {
  const wrong: Record<string, unknown[]> = {
    small: [128, -129, 0.5, '1', null, undefined, 1n],
    flag: [1, 'true', null],
    port: [-1, 0x10000],
    at: [null, undefined, 5, {}, { x: 1 }],
    cursor: ['a', {}, { name: 5 }],
    list: [null, {}, [2 ** 31], [undefined], 'ab'],
    note: [5, null],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values)
      expect([name, value, written({ ...message, [name]: value })]).toEqual([name, value, false]);
  }
  expect([null, undefined, 5, 'x'].map(written)).toEqual([false, false, false, false]);
});
