import { expect, test } from 'vitest';
import { decodeAssignment, encodeAssignment } from '#millrace/group/assignment-format.js';

const partitions = [
  { topic: 'b', partition: 1 },
  { topic: 'a', partition: 0 },
];
const fields = ['00000002', '000162', '00000001', '00000001', '000161', '00000001', '00000000'].join('');
const read = (hex: string) => decodeAssignment(Buffer.from(hex, 'hex'));

test('written is version 3, byte by byte, in the order that was given', () => {
  expect(encodeAssignment({ partitions, userData: null }).toString('hex')).toBe(['0003', fields, 'ffffffff'].join(''));
  const bytes = encodeAssignment({ partitions, userData: Buffer.from([7]) });
  expect(bytes.toString('hex')).toBe(['0003', fields, '00000001', '07'].join(''));
  expect(decodeAssignment(bytes)).toEqual({ partitions, userData: Buffer.from([7]) });
});

test('all versions look the same, later ones too', () => {
  for (const version of ['0000', '0001', '0002', '0003', '0004', '7fff']) {
    expect(read(version + [fields, 'ffffffff'].join('') + (version > '0003' ? '00' : ''))).toEqual({
      partitions,
      userData: null,
    });
  }
});

test('what is damaged is refused, wherever it cuts', () => {
  const corrupt = expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' });
  const whole = encodeAssignment({ partitions, userData: Buffer.from([7]) });
  for (let size = 0; size < whole.length; size++) {
    expect(() => decodeAssignment(whole.subarray(0, size)), `${size}`).toThrow(corrupt);
  }
  expect(() => read(['ffff', fields, 'ffffffff'].join(''))).toThrow(corrupt);
});
