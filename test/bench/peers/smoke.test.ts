/**
 * The benchmark against peers, in tiny sizes and without a network: we and the plain files, which need nothing installed, and that a peer that
 * is not there is named with the reason.
 */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BenchmarkRun } from '../benchmark-run.ts';

const bench = new BenchmarkRun('peers/run.mjs');
const floors = ['ndjson', 'write-stream', 'framed-writes'];

test('each peer stands beside our rate of the same round, and nothing stays behind', async () => {
  const { code, out, err } = await bench.smoke('--json', '--offline', '--rounds', '2', ...floors);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const report = JSON.parse(out);
  expect(report).toMatchObject({ smoke: true, rounds: 2, skipped: {} });
  expect(Object.keys(report.versions)).toEqual(['millrace', ...floors]);
  expect(report.subjects.map((subject: any) => subject.name)).toEqual(['peers, batches', 'peers, arrays']);
  for (const [at, kind] of ['batches', 'arrays'].entries()) {
    const { findings, notes } = report.subjects[at];
    expect(findings).toHaveLength(floors.length);
    expect(notes).toHaveLength(floors.length);
    for (const [i, name] of floors.entries()) {
      const [ours, theirs] = ['millrace', name].map((each) => report.figures[each][kind]);
      expect([ours.length, theirs.length]).toEqual([2, 2]);
      for (const rate of [...ours, ...theirs]) expect(rate).toBeGreaterThan(0);
      // The median of two is their mean.
      expect(findings[i].ratio).toBeCloseTo((ours[0] / theirs[0] + ours[1] / theirs[1]) / 2, 6);
    }
  }
  expect(readdirSync(bench.directory)).toEqual([]);
}, 30_000);

test('tables name who was measured, and judge nothing in a smoke run', async () => {
  const { code, out, err } = await bench.smoke('--offline', 'framed-writes');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^framed-writes +Node v/m);
  expect(out).toMatch(/^peers, batches: 150 records of 100 B an append$/m);
  expect(out).toMatch(/^ +append +[\d.]+ [kM]? ?records\/s .* frames by fs\.writeSync: [\d.]+ [kM]? ?records\/s$/m);
  expect(out).not.toMatch(/reached|MISSED|SKIPPED|ndjson/);
}, 30_000);

test('a peer that is not installed is skipped with the reason', async () => {
  const { code, out } = await bench.smoke('--json', '--offline', 'lmdb');
  expect(code).toBe(0);
  const { figures, skipped } = JSON.parse(out);
  // It may be installed here.
  if (figures.lmdb === undefined)
    expect(skipped).toEqual({ lmdb: expect.stringMatching(/^lmdb [\d.]+ is not installed$/) });
  else expect(skipped).toEqual({});
}, 30_000);

test.each(['kafak', 'millrace'])('%s is no peer', async (name) => {
  const { code, out, err } = await bench.run(name);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(new RegExp(`^No peer "${name}"; there are: kafka, .*\\n$`));
});
