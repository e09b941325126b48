import { expect, test } from 'vitest';
import { countExpired, expiresAt, largestTimestamp, type RetentionTerms } from '#millrace/log/log-retention.js';

const KEEP_ALL = { cleanupDelete: true, retentionMs: -1, retentionBytes: -1 };

interface Shape {
  readonly size?: number;
  readonly at?: number;
}

/** Segments of ten offsets each. */
function segmentsOf(...shapes: readonly Shape[]): Parameters<typeof countExpired>[0] {
  return shapes.map(({ size = 100, at = 0 }, i) => ({ baseOffset: i * 10, size, maxTimestamp: at, modifiedMs: 7 }));
}

function terms(settings: Partial<RetentionTerms['settings']>, others: Partial<RetentionTerms> = {}): RetentionTerms {
  return {
    settings: { ...KEEP_ALL, ...settings },
    startOffset: 0,
    endOffset: 1000,
    highWatermark: 1000,
    now: 1000,
    ...others,
  };
}

test('by time, a segment goes when its largest timestamp is older, not when it is as old', () => {
  const segments = segmentsOf({ at: 100 }, { at: 200 }, { at: 300 });
  const due = [899, 900, 901, 1001, 1101].map((now) => countExpired(segments, terms({ retentionMs: 800 }, { now })));
  expect(due).toEqual([0, 0, 1, 2, 3]);
});

test('one that is not due keeps those behind it, however old they are: a log has no holes', () => {
  const segments = segmentsOf({ at: 100 }, { at: 990 }, { at: 100 });
  expect(countExpired(segments, terms({ retentionMs: 500 }))).toBe(1);
});

test('by size, segments go as long as what stays is not less than retention.bytes', () => {
  const segments = segmentsOf({ size: 100 }, { size: 100 }, { size: 50 });
  const due = [300, 250, 151, 150, 51, 50, 1, 0].map((retentionBytes) =>
    countExpired(segments, terms({ retentionBytes })),
  );
  expect(due).toEqual([0, 0, 0, 1, 1, 2, 2, 3]);
});

test('by log start, segments go whose records all lie before it; the active one never does', () => {
  const segments = segmentsOf({}, {}, {});
  const due = [0, 9, 10, 19, 20, 30].map((startOffset) => countExpired(segments, terms({}, { startOffset })));
  expect(due).toEqual([0, 0, 1, 1, 2, 2]);
});

test('what the log start takes does not count for the size, and size goes before time', () => {
  const segments = segmentsOf({ size: 100, at: 900 }, { size: 100, at: 900 }, { size: 100, at: 0 }, { at: 900 });
  expect(countExpired(segments, terms({ retentionBytes: 250 }, { startOffset: 10 }))).toBe(1);
  expect(countExpired(segments, terms({ retentionBytes: 200, retentionMs: 500 }, { startOffset: 10 }))).toBe(3);
});

test('without `delete` in cleanup.policy only the log start counts', () => {
  const segments = segmentsOf({}, {}, {});
  const settings = { cleanupDelete: false, retentionMs: 0, retentionBytes: 0 };
  expect(countExpired(segments, terms(settings))).toBe(0);
  expect(countExpired(segments, terms(settings, { startOffset: 10 }))).toBe(1);
});

test('an empty active segment stays, and so does what reaches past the high watermark', () => {
  const aged = { retentionMs: 0 };
  expect(countExpired(segmentsOf({}, { size: 0 }), terms(aged))).toBe(1);
  for (const [highWatermark, due] of [
    [0, 0],
    [19, 1],
    [20, 2],
    [999, 2],
    [1000, 3],
  ])
    expect(countExpired(segmentsOf({}, {}, {}), terms(aged, { highWatermark }))).toBe(due);
  expect(countExpired(segmentsOf({}, {}, {}), terms(aged), 2)).toBe(2);
});

test('when the first segment becomes due is known', () => {
  const segments = segmentsOf({ at: 700 }, { at: 100 });
  expect(expiresAt(segments, terms({ retentionMs: 800 }))).toBe(1501);
  expect(expiresAt(segments, terms({ retentionMs: 299 }))).toBe(1000);
  expect(expiresAt(segments, terms({ retentionBytes: 100 }))).toBe(1000);
  for (const never of [{}, { retentionMs: 1, cleanupDelete: false }])
    expect(expiresAt(segments, terms(never))).toBe(Infinity);
  expect(expiresAt(segmentsOf({ size: 0 }), terms({ retentionMs: 1 }))).toBe(Infinity);
  expect(expiresAt(segments, terms({ retentionMs: 299 }, { highWatermark: 9 }))).toBe(Infinity);
});

test('a segment without timestamps is as old as its file', () => {
  const [segment] = segmentsOf({ at: -1 });
  expect(largestTimestamp(segment)).toBe(7);
});
