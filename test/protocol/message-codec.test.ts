import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { array, int32, string } from '#millrace/protocol/field.js';
import { MessageCodec } from '#millrace/protocol/message-codec.js';
import { layoutOf } from '#millrace/protocol/message-layout.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { hex } from './hex.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const layout = layoutOf({ names: array(string()), rank: int32({ default: 3 }) }, 0, true);
const codec = new MessageCodec(layout, 'a greeting, version 0');

test('it writes and reads', () => {
  const writer = new MessageWriter();
  codec.write({ names: ['a', 'b'] }, writer);
  const bytes = writer.finish();
  expect(bytes.toString('hex')).toBe(hex('03 0261 0262 00000003 00'));
  expect(codec.read(bytes)).toEqual({ names: ['a', 'b'], rank: 3 });
  // Any view of bytes will do.
  expect(codec.read(Uint8Array.from(bytes))).toEqual({ names: ['a', 'b'], rank: 3 });
});

test('errors are the interpreter’s', () => {
  expect(() => codec.read(Buffer.alloc(2, 9))).toThrow(
    'a greeting, version 0, of 2 bytes says that 8 elements follow, in names',
  );
  expect(() => codec.write({ names: [1] }, new MessageWriter())).toThrow(
    'a greeting, version 0: names[0]: needs a string, got 1',
  );
  expect(() => codec.write({ names: ['x'.repeat(40_000)] }, new MessageWriter())).toThrow(
    'names[0]: a string of 40000 bytes',
  );
});

test('more elements than a message may have are too large, and not damage', () => {
  const count = 1_000_001;
  const bytes = new MessageWriter()
    .unsignedVarint(count + 1)
    .bytes(Buffer.alloc(count, 1))
    .int32(3)
    .int8(0)
    .finish();
  const message = `a greeting, version 0, of ${bytes.length} bytes has more than 1000000 elements, in names`;
  expect(() => codec.read(bytes)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE', message }));
});

test('what a getter of the message throws is not taken for a value that does not fit', () => {
  const message = {
    get names(): string[] {
      throw new RangeError('mine');
    },
  };
  expect(() => codec.write(message, new MessageWriter())).toThrow(RangeError);
});

test('where code may not be made from strings, messages are interpreted, with the same outcome', () => {
  const program = `
    const { apis } = await import('#millrace/protocol/apis.js');
    const { canMakeCode } = await import('#millrace/protocol/code-lines.js');
    const { request } = apis.metadata;
    const bytes = Buffer.concat(request.encode(12, { topics: [{ name: 'a' }] }));
    let refused;
    try { request.decode(12, bytes.subarray(1)); } catch (error) { refused = error.code; }
    try { request.encode(12, { topics: 5 }); } catch (error) { refused += error.code; }
    console.log(JSON.stringify([canMakeCode, bytes.toString('hex'), request.decode(12, bytes).topics[0].name, refused]));`;
  const run = (...flags: string[]): unknown =>
    JSON.parse(
      execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' }),
    );
  const bytes = hex(`02 ${'00'.repeat(16)} 0261 00 01 00 00`);
  const rest = [bytes, 'a', 'ERR_MILLRACE_CORRUPTERR_MILLRACE_INVALID_ARGUMENT'];
  expect(run()).toEqual([true, ...rest]);
  expect(run('--disallow-code-generation-from-strings')).toEqual([false, ...rest]);
});
