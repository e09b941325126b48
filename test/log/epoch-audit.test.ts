import { expect, test } from 'vitest';
import { EpochAudit } from '#millrace/log/epoch-audit.js';
import type { BatchHeader } from '#millrace/record/batch-header.js';
import { Findings } from '#millrace/segment/finding.js';

type Entries = readonly (readonly [number, number])[];

/** Batches of ten offsets, each with the epoch that stands there, against a checkpoint. */
function audit(
  epochs: readonly number[],
  entries: Entries | null,
  options: { settled?: boolean; mayHaveGaps?: boolean; startOffset?: number } = {},
): string[] {
  const findings = new Findings();
  const checked = new EpochAudit(findings, {
    checkpointPath: 'epochs',
    entries: entries?.map(([epoch, startOffset]) => ({ epoch, startOffset })) ?? null,
    settled: options.settled ?? true,
    mayHaveGaps: options.mayHaveGaps ?? false,
    startOffset: options.startOffset ?? 0,
  });
  epochs.forEach((leaderEpoch, i) => {
    const header = { leaderEpoch, baseOffset: i * 10, nextOffset: i * 10 + 10 };
    checked.batch(header as BatchHeader, 'log', i * 100);
  });
  checked.end(0, epochs.length * 10);
  return findings.all.map(({ path, position, message }) => `${path} ${position}: ${message}`);
}

test('what agrees is no finding', () => {
  expect(
    audit(
      [0, 0, 2, 2],
      [
        [0, 0],
        [2, 20],
      ],
    ),
  ).toEqual([]);
  expect(audit([], [[0, 0]])).toEqual([]);
  // A leader came and appended nothing.
  expect(
    audit(
      [0, 0],
      [
        [0, 0],
        [4, 20],
      ],
    ),
  ).toEqual([]);
  // Records were deleted up to 15, and compaction has taken all of epoch 1.
  expect(
    audit(
      [0, 0, 2],
      [
        [0, 15],
        [2, 20],
      ],
      { startOffset: 15 },
    ),
  ).toEqual([]);
  expect(
    audit(
      [0, 0, 2],
      [
        [0, 0],
        [1, 12],
        [2, 20],
      ],
      { mayHaveGaps: true },
    ),
  ).toEqual([]);
  expect(audit([-1, -1], null)).toEqual([]);
});

test('an epoch that falls, or is another than the checkpoint says, is found at its batch', () => {
  expect(audit([0, 3, 0], null)).toEqual(['log 200: the batch has leader epoch 0, and one before it has 3']);
  const found = audit(
    [0, 4, 4, 4],
    [
      [0, 0],
      [2, 10],
    ],
  );
  expect(found).toHaveLength(2);
  expect(found[0]).toMatch(
    /^log 100: the batch of offset 10 has leader epoch 4, and the checkpoint of the epochs has 2/,
  );
  expect(found[1]).toMatch(/^epochs null: epoch 2 begins at 10, and no batch has that epoch/);
});

test('an entry that begins elsewhere is found', () => {
  expect(
    audit(
      [0, 0, 2],
      [
        [0, 0],
        [2, 10],
      ],
    ).join('\n'),
  ).toMatch(/epochs null: epoch 2 begins at 10, and the first batch that has it begins at 20/);
  expect(
    audit(
      [0, 0, 2],
      [
        [0, 0],
        [2, 21],
      ],
    ).join('\n'),
  ).toMatch(/epochs null: epoch 2 begins at 21, and the log has it from 20 on/);
  expect(
    audit(
      [0, 0],
      [
        [0, 0],
        [2, 21],
      ],
    ),
  ).toEqual(['epochs null: epoch 2 begins at 21, and the log ends at 20']);
  expect(audit([0, 0], [[0, 10]])).toEqual(['epochs null: the first epoch begins at 10, and the log at 0']);
});

test('a checkpoint may be behind while a writer is there', () => {
  expect(audit([0, 3], [[0, 0]], { settled: false })).toEqual([]);
  expect(audit([0, 3], [[0, 0]])).toHaveLength(1);
});
