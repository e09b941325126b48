import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { keptShapes } from '#millrace/protocol/kept-shapes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a writer and a reader are kept', () => {
  expect(keptShapes.map(({ constructor }) => constructor.name)).toEqual(['MessageWriter', 'MessageReader']);
});

/** Writes and reads with both, and asks V8 whether they have the shapes of the kept ones. */
const program = `
  import { apis } from 'millrace/protocol';
  import { keptShapes } from '#millrace/protocol/kept-shapes.js';
  import { MessageReader } from '#millrace/protocol/message-reader.js';
  import { MessageWriter } from '#millrace/protocol/message-writer.js';

  const [keptWriter, keptReader] = keptShapes;
  const records = Buffer.alloc(100_000);
  const message = { errorCode: 0, responses: [{ topic: 't', partitions: [{ partitionIndex: 0, errorCode: 0, highWatermark: 2 ** 40, records }] }] };
  const same = [];
  for (let i = 0; i < 500; i++) {
    const writer = new MessageWriter();
    apis.fetch.response.write(4 + (i % 9), message, writer);
    same.push(%HaveSameMap(writer, keptWriter));
    const bytes = Buffer.concat(writer.pieces());
    same.push(%HaveSameMap(writer, keptWriter));
    const reader = new MessageReader(bytes, 'a message');
    reader.int32();
    reader.isFlexible = i % 2 === 0;
    same.push(%HaveSameMap(reader, keptReader));
  }
  console.log(same.length, same.every(Boolean));
`;

test('they have the shapes of those that write and read messages', () => {
  const flags = ['--allow-natives-syntax', '--input-type=module', '--eval', program];
  expect(execFileSync(process.execPath, flags, { cwd: root, encoding: 'utf8', timeout: 20_000 })).toBe('1500 true\n');
});
