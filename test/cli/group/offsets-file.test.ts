import { expect, test } from 'vitest';
import { parseOffsets, showOffset } from '#millrace/cli/group/offsets-file.js';

test('a line for each partition; what is written is read', () => {
  const offsets = [
    { topic: 'a', partition: 0, offset: 5 },
    { topic: 'b', partition: 12, offset: 0 },
  ];
  expect(parseOffsets(offsets.map(showOffset).join('\n'), 'g', 'f')).toEqual(offsets);
});

test('with the group, those of others are passed over; empty lines and line ends of Windows are none of its business', () => {
  const text = 'g,a,0,1\r\n\r\nh,a,0,2\r\n"g",a,1,3\r\n';
  expect(parseOffsets(text, 'g', 'f').map(({ partition, offset }) => [partition, offset])).toEqual([
    [0, 1],
    [1, 3],
  ]);
});

test('a name in quotation marks may have commas and quotation marks', () => {
  expect(parseOffsets('"a ""b"", c",t,0,9', 'a "b", c', 'f')).toEqual([{ topic: 't', partition: 0, offset: 9 }]);
});

test.each(['a', 'a,0', 'a,0,-1', 'a,x,1', 'a,0,1.5', 'g,a,0,1,2', 'a,0,99999999999999999999', ',,'])(
  '%j is no line',
  (line) => {
    expect(() => parseOffsets(`a,0,1\n${line}`, 'g', 'offsets.csv')).toThrow(/^line 2 of offsets\.csv is not topic,/);
  },
);
