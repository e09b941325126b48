/** Every benchmark, in tiny sizes: that all of it runs, and that each finding has the shape and the figures that a report needs. */
import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { subjects } from '../../bench/harness/subjects.mjs';
import { BenchmarkRun, type Ended } from './benchmark-run.ts';

const names = Object.keys(subjects);
const bench = new BenchmarkRun('run.mjs');

let ended: Ended;
let report: any;

beforeAll(async () => {
  ended = await bench.smoke('--json');
  if (ended.code === 0) report = JSON.parse(ended.out);
}, 170_000);

test('all subjects run, and nothing stays behind', () => {
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(report.subjects.map((subject: any) => subject.name)).toEqual(names);
  expect(readdirSync(bench.directory)).toEqual([]);
});

test('the head says what the figures hang on', () => {
  expect(report).toMatchObject({ smoke: true, rounds: 1 });
  const parts = ['processor', 'memory', 'system', 'fileSystem', 'load', 'node', 'commit', 'checksum'];
  expect(Object.keys(report.machine)).toEqual(parts);
  for (const part of parts) expect(report.machine[part], part).toMatch(/\S/);
  expect(report.machine.node).toContain(process.version);
});

describe.each(names)('%s', (name) => {
  test('each finding is a figure beside a baseline', () => {
    const subject = report.subjects.find((each: any) => each.name === name);
    expect(subject.sizes).toMatch(/\d/);
    if (subject.skipped !== undefined) {
      // Only where there is no strace.
      expect([name, subject.skipped]).toEqual(['counts', expect.stringContaining('strace')]);
      return;
    }
    expect(subject.findings.length).toBeGreaterThan(0);
    for (const found of subject.findings) {
      // What so little takes on the heap is less than what a collection happens to free.
      const least = found.what === 'memory of them' ? Number.NEGATIVE_INFINITY : 0;
      for (const number of [found.value, found.baseline.value, found.ratio, ...found.spread, ...found.ratioSpread]) {
        expect(number, found.what).toSatisfy(Number.isFinite);
        expect(number, found.what).toBeGreaterThan(least);
      }
      expect(found.ratio).toBeCloseTo(found.value / found.baseline.value, 6);
      expect(found.what).not.toBe('');
      expect(found.baseline.what).not.toBe('');
      expect(found.reached === null).toBe(found.mark === null);
    }
  });
});

test('tables name the baseline and the mark, and judge nothing in a smoke run', async () => {
  const { code, out, err } = await bench.smoke('view');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^Node +v/m);
  expect(out).toMatch(/^view: 8 batches/m);
  expect(out).toMatch(/^ +view of 1 MiB +[\d.]+ ns .* view of 4 KiB: [\d.]+ ns +at most 1\.25$/m);
  expect(out).not.toMatch(/reached|MISSED/);
}, 30_000);

test('a wrong argument gets one sentence', async () => {
  const { code, out, err } = await bench.run('apend');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^No subject "apend"; there are: append-100b, .*\n$/);
});

test('--help tells of all subjects', async () => {
  const { code, out, err } = await bench.run('--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(`  subject      ${names.join(', ')}; default all\n`);
});
