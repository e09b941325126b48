import { expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import { numbered, TempLog } from '../support/temp-log.ts';

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return 'nothing';
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing',
    (error: unknown) => (isMillraceError(error) ? error.code : String(error)),
  );
}

test('what was appended is visible at once, and after a clean stop and a new start', async () => {
  const rig = new TempLog();
  const receipt = rig.log.append([{ key: 'k', value: 'v', headers: { h: '1' } }, { value: null }]);
  expect(receipt).toMatchObject({ baseOffset: 0, lastOffset: 1, logAppendTime: -1 });
  await rig.reopen();
  const [first, second] = rig.records();
  expect([String(first.key), String(first.value), first.headers.length]).toEqual(['k', 'v', 1]);
  expect([first.timestamp, second.value]).toEqual([rig.clock.now(), null]);
  expect(rig.log.append([{ value: 'w' }]).baseOffset).toBe(2);
});

test('roll ends a segment, and does nothing to an empty one', () => {
  const rig = new TempLog();
  rig.log.roll();
  expect(rig.log.segmentCount).toBe(1);
  rig.log.append(numbered(3));
  rig.log.roll();
  rig.log.roll();
  expect(rig.names('.log')).toEqual(['00000000000000000000.log', '00000000000000000003.log']);
});

test('deleteRecords hides records at once and removes whole segments', () => {
  const rig = new TempLog();
  for (let i = 0; i < 3; i++) {
    rig.log.append(numbered(10, i * 10));
    rig.log.roll();
  }
  expect(rig.log.deleteRecords(0)).toBe(0);
  expect(rig.log.deleteRecords(15)).toBe(15);
  expect(rig.names('.log')).toEqual([
    '00000000000000000010.log',
    '00000000000000000020.log',
    '00000000000000000030.log',
  ]);
  expect(rig.log.deleteRecords(4)).toBe(15);
  expect(rig.values().map(Number)).toEqual(Array.from({ length: 15 }, (_, i) => 15 + i));
  expect(code(() => rig.log.read(14))).toBe('ERR_MILLRACE_OFFSET_OUT_OF_RANGE');
  for (const bad of [31, -2, 1.5, Number.NaN]) {
    expect(code(() => rig.log.deleteRecords(bad))).toBe('ERR_MILLRACE_OFFSET_OUT_OF_RANGE');
  }
  expect(rig.log.deleteRecords(-1)).toBe(30);
  expect(rig.log.deleteRecords(30)).toBe(30);
  expect(rig.log.segmentCount).toBe(1);
  expect(rig.log.read(30).size).toBe(0);
});

test('two closes settle together, when everything is durable', async () => {
  const rig = new TempLog();
  const receipt = rig.log.append(numbered(3));
  await Promise.all([rig.log.close(), rig.log.close().then(() => expect(rig.log.durableOffset).toBe(3))]);
  await receipt.durable;
  expect(code(() => rig.log.append(numbered(1)))).toBe('ERR_MILLRACE_CLOSED');
  expect(code(() => rig.log.read(0))).toBe('ERR_MILLRACE_CLOSED');
  expect(await rejection(rig.log.flush())).toBe('ERR_MILLRACE_CLOSED');
});

test('a checkpoint returns the recovery point and leaves indexes and epochs in their files', async () => {
  const rig = new TempLog({ indexIntervalBytes: 100 });
  for (let i = 0; i < 20; i++) rig.log.append([{ value: 'v'.repeat(60) }], { leaderEpoch: 2 });
  expect(await rig.log.checkpoint()).toBe(20);
  expect(rig.contents(['.index'])['00000000000000000000.index'].length).toBeGreaterThan(0);
  expect(rig.names()).toContain('leader-epoch-checkpoint');
  expect(await rig.log.checkpoint()).toBe(20);
});
