import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dumpCommand } from '#millrace/cli/commands/dump.js';
import { expectedLog, FIXTURE } from '../../compat/expected-log.ts';
import { OffsetsLog } from '../../group/offsets-log.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { readyBatches } from '../../support/temp-log.ts';
import { runCommand } from '../support/command-run.ts';

const transactions = join(FIXTURE, 'clean/log-dir/transactions-0');
const log = join(transactions, '00000000000000000017.log');

test('for people: the lines of Kafka’s tool', async () => {
  const { code, out, err } = await runCommand(dumpCommand, ['--records', log]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const lines = out.split('\n');
  expect(lines[0]).toBe(`Dumping ${log}`);
  expect(lines[1]).toBe(
    'baseOffset: 17 lastOffset: 17 count: 1 baseSequence: -1 lastSequence: -1 producerId: 1 producerEpoch: 1 partitionLeaderEpoch: 0 isTransactional: true isControl: true deleteHorizonMs: none position: 0 CreateTime: 1795618062154 size: 78 magic: 2 compresscodec: none crc: 1970740796 isvalid: true',
  );
  expect(lines[2]).toBe(
    '| offset: 17 CreateTime: 1795618062154 keySize: 4 valueSize: 6 sequence: -1 headerKeys: [] endTxnMarker: ABORT coordinatorEpoch: 0',
  );
  expect(out).toContain(
    '| offset: 19 CreateTime: 1795618010422 keySize: 6 valueSize: 10 sequence: 0 headerKeys: [twice,twice,größe-尺寸] key: key-13 payload:  water tur\n',
  );
});

test('for programs: an object a line, as much as Kafka says is there', async () => {
  const { code, rows } = await runCommand(dumpCommand, [
    '--json',
    '--records',
    ...['00', '17', '36', '55', '71'].map((n) => join(transactions, `000000000000000000${n}.log`)),
  ]);
  expect(code).toBe(0);
  const { batches } = expectedLog('clean', 'transactions-0');
  const found = rows.filter(({ kind }) => kind === 'batch');
  expect(
    found.map(({ baseOffset, lastOffset, size, crc, compresscodec, isControl }) => [
      baseOffset,
      lastOffset,
      size,
      crc,
      compresscodec,
      isControl,
    ]),
  ).toEqual(
    batches.map(({ baseOffset, lastOffset, size, crc, codec, control }) => [
      baseOffset,
      lastOffset,
      size,
      crc,
      codec,
      control,
    ]),
  );
  expect(rows.filter(({ kind }) => kind === 'record').map(({ offset, timestamp }) => [offset, timestamp])).toEqual(
    batches.flatMap(({ records }) => records.map(([offset, timestamp]) => [offset, timestamp])),
  );
});

test('keys and values that are no text stay what they are, and move no cursor', async () => {
  const path = join(temporaryDirectory(), '00000000000000000000.log');
  writeFileSync(
    path,
    readyBatches([{ key: Buffer.from([0xff, 0]), value: 'a\u001b[2Jb\n', headers: { h: Buffer.from([0x80]) } }]),
  );
  const { rows } = await runCommand(dumpCommand, ['--json', '--records', path]);
  expect(rows[1]).toMatchObject({
    file: path,
    keyBase64: '/wA=',
    value: 'a\u001b[2Jb\n',
    headers: [{ key: 'h', valueBase64: 'gA==' }],
  });
  expect((await runCommand(dumpCommand, ['--records', path])).out).toContain('payload: a\\u001b[2Jb\\n\n');
});

test('a damaged file is told with its position and what is whole is printed', async () => {
  const path = join(temporaryDirectory(), '00000000000000000017.log');
  writeFileSync(path, readFileSync(log));
  truncateSync(path, 500);
  const { code, out } = await runCommand(dumpCommand, [path]);
  expect(code).toBe(1);
  expect(out.trim().split('\n')).toHaveLength(5);
  expect(out).toMatch(/^DAMAGED at 473: the file ends after 27 bytes of a batch header$/m);
  const { rows } = await runCommand(dumpCommand, [path, '--json']);
  expect(rows.at(-1)).toMatchObject({ file: path, kind: 'damage', position: 473 });
});

test('files that cannot be read are told, and the others are dumped', async () => {
  const nothing = join(temporaryDirectory(), '00000000000000000000.log');
  const { code, out, err } = await runCommand(dumpCommand, [
    nothing,
    'notes.txt',
    join(transactions, 'leader-epoch-checkpoint'),
  ]);
  expect(code).toBe(1);
  expect(out).toContain('epoch: 2 startOffset: 38\n');
  expect(err).toMatch(/ENOENT.*ERR_MILLRACE_IO/);
  expect(err).toMatch(/notes\.txt has a name that no file of a data directory has/);
});

test('decoders print what the records of the internal topics say', async () => {
  const path = join(temporaryDirectory(), '00000000000000000000.log');
  const offsets = new OffsetsLog();
  offsets.commit('g', { 'a-0': 5 }, 7);
  offsets.end('commit', 7);
  offsets.forget('g', 'a-0');
  offsets.raw(Buffer.from([0, 11, 0, 1, 0x67]), Buffer.from([0, 3]));
  writeFileSync(path, offsets.bytes);
  const { code, out } = await runCommand(dumpCommand, ['--offsets-decoder', path]);
  expect(code).toBe(0);
  const key = 'key: {"type":"1","data":{"group":"g","topic":"a","partition":0}}';
  const data = '{"offset":5,"leaderEpoch":-1,"metadata":"","commitTimestamp":1000}';
  const records = out.split('\n').filter((line) => line.startsWith('|'));
  expect(records.map((line) => line.replace(/^.* headerKeys: \[\] /, ''))).toEqual([
    `${key} payload: {"version":"3","data":${data}}`,
    'endTxnMarker: COMMIT coordinatorEpoch: 0',
    `${key} payload: <DELETE>`,
    'undecoded: record type 11, ShareGroupMetadata',
  ]);
  const { rows } = await runCommand(dumpCommand, ['--json', '--offsets-decoder', path]);
  const [commit, marker, tombstone, other] = rows.filter(({ kind }) => kind === 'record');
  expect(commit).toMatchObject({ key: { type: '1' }, value: { version: '3', data: JSON.parse(data) } });
  expect(marker).toMatchObject({ control: { type: 'COMMIT' } });
  expect([tombstone.value, other.undecoded, other.key]).toEqual([
    null,
    'record type 11, ShareGroupMetadata',
    '\0\u000b\0\u0001g',
  ]);
  // As what it is not, it is damage, record by record.
  expect((await runCommand(dumpCommand, ['--transaction-log-decoder', path])).out).toContain(
    'undecoded: unknown record type 1',
  );
});

test('wrong usage', async () => {
  expect(await runCommand(dumpCommand, [])).toMatchObject({
    code: 2,
    err: expect.stringContaining("missing required argument 'file'"),
  });
  expect(await runCommand(dumpCommand, ['--depth', 'x'])).toMatchObject({ code: 2 });
  expect(await runCommand(dumpCommand, ['--offsets-decoder', '--transaction-log-decoder', 'x.log'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be used with'),
  });
  const help = await runCommand(dumpCommand, ['--help']);
  expect(help).toMatchObject({ code: 0, out: expect.stringContaining('--records') });
});
