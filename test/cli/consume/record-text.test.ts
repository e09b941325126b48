import { expect, test } from 'vitest';
import { OutputBuffer } from '#millrace/cli/consume/output-buffer.js';
import {
  FORMAT_DEFAULT,
  jsonWriter,
  type RecordWriter,
  templateWriter,
  valueSuffix,
} from '#millrace/cli/consume/record-text.js';
import { openStore, type RecordInput } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { Kept } from '../cli-run.ts';

const records: RecordInput[] = [
  {
    key: 'k',
    value: 'v1',
    timestamp: 5,
    headers: [
      ['a', '1'],
      ['a', null],
      ['b', 'é'],
    ],
  },
  { key: null, value: null, timestamp: 6 },
  { key: Buffer.of(0xff), value: '', timestamp: 7 },
];

async function written(write: RecordWriter): Promise<Buffer> {
  await using store = await openStore(temporaryDirectory());
  await store.createTopic('t');
  const log = store.partition('t', 0);
  log.append(records);
  const kept = new Kept();
  const out = new OutputBuffer(kept, new AbortController().signal);
  for (const batch of log.read(0)) {
    const cursor = batch.cursor();
    while (cursor.next()) {
      const view = cursor.value ?? cursor.key;
      const start = (view?.byteOffset ?? 0) - (cursor.value === null ? cursor.keyPosition : cursor.valuePosition);
      const bytes = view === null ? Buffer.alloc(0) : Buffer.from(view.buffer, start);
      write(out, cursor, { partition: 3, bytes });
    }
  }
  await out.flush();
  return kept.bytes;
}

const formatted = async (format: string): Promise<string> =>
  (await written(templateWriter(format, 't'))).toString('latin1');

test('the default is the value and a line feed', async () => {
  expect(await formatted(FORMAT_DEFAULT)).toBe('v1\n\n\n');
});

test('every letter', async () => {
  expect(await formatted('%t %p %o %T %K %S 100%%\\n')).toBe(
    't 3 0 5 1 2 100%\nt 3 1 6 -1 -1 100%\nt 3 2 7 1 0 100%\n',
  );
  expect(await formatted('[%k|%s]')).toBe('[k|v1][|][\xff|]');
  expect(await formatted('%R')).toBe('\0\0\0\x02\xff\xff\xff\xff\0\0\0\0');
  expect(await formatted('%h;')).toBe(`a=1,a=,b=${Buffer.from('é').toString('latin1')};;;`);
  expect(await formatted('\\x01')).toBe('\x01\x01\x01');
});

test('what is written behind values, and nothing else with them', () => {
  expect(valueSuffix(FORMAT_DEFAULT)).toEqual(Buffer.from('\n'));
  expect(valueSuffix('%s')).toEqual(Buffer.alloc(0));
  expect(valueSuffix('%s\\x00;')).toEqual(Buffer.from('\0;'));
  for (const format of ['', 'x%s', '%s %k', '%s%%', '%k', `%s${'x'.repeat(10_000)}`]) {
    expect(valueSuffix(format), format.slice(0, 10)).toBeNull();
  }
});

test('a letter that means nothing is wrong', () => {
  for (const format of ['%z', 'a%', '%\\n']) {
    expect(() => templateWriter(format, 't')).toThrow(/^format must be of %t %p /);
  }
});

test('JSON has everything, and says what is not UTF-8', async () => {
  const lines = (await written(jsonWriter('t'))).toString().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      topic: 't',
      partition: 3,
      offset: 0,
      timestamp: 5,
      key: 'k',
      value: 'v1',
      headers: [
        ['a', '1'],
        ['a', null],
        ['b', 'é'],
      ],
    },
    { topic: 't', partition: 3, offset: 1, timestamp: 6, key: null, value: null, headers: [] },
    { topic: 't', partition: 3, offset: 2, timestamp: 7, key: { base64: '/w==' }, value: '', headers: [] },
  ]);
});
