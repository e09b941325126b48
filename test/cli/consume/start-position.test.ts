import { expect, test } from 'vitest';
import { parseStart, startOffset } from '#millrace/cli/consume/start-position.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';

test('each way to say it', () => {
  expect(parseStart('beginning')).toEqual({ kind: 'beginning' });
  expect(parseStart('end')).toEqual({ kind: 'end' });
  expect(parseStart('earliest')).toEqual({ kind: 'beginning' });
  expect(parseStart('latest')).toEqual({ kind: 'end' });
  expect(parseStart('max-timestamp')).toEqual({ kind: 'max-timestamp' });
  expect(parseStart('1200')).toEqual({ kind: 'offset', value: 1200 });
  expect(parseStart('-10')).toEqual({ kind: 'before-end', value: 10 });
  expect(parseStart('@1764093600000')).toEqual({ kind: 'timestamp', value: 1_764_093_600_000 });
  const time = Date.UTC(2026, 10, 25, 18);
  for (const text of ['2026-11-25T18:00Z', '2026-11-25T18:00:00.000Z', '2026-11-25 19:00:00+01:00']) {
    expect(parseStart(text)).toEqual({ kind: 'timestamp', value: time });
  }
  expect(parseStart('2026-11-25')).toEqual({ kind: 'timestamp', value: new Date(2026, 10, 25).getTime() });
});

test('anything else is wrong', () => {
  for (const text of ['', 'start', '1.5', '--1', '@', '2026-13-45', '2026-11-25T', '99999999999999999']) {
    expect(() => parseStart(text)).toThrow();
  }
});

test('where that is in a log', async () => {
  await using store = await openStore(temporaryDirectory());
  await store.createTopic('t');
  const log = store.partition('t', 0);
  log.append([1000, 2000, 3000, 4000].map((timestamp) => ({ value: 'v', timestamp })));
  log.deleteRecords(1);
  const at = (text: string): number => startOffset(log, parseStart(text), 't-0');
  expect(['beginning', 'end', '1', '4', '-1', '-99', '@2500', '@0', '@9999', 'max-timestamp'].map(at)).toEqual([
    1, 4, 1, 4, 3, 1, 2, 1, 4, 3,
  ]);
  for (const text of ['0', '5']) {
    expect(() => at(text)).toThrow(`offset ${text} of t-0: the log has 1 to 4`);
  }
  log.deleteRecords(4);
  expect(at('max-timestamp')).toBe(4);
});
