import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Finding, Findings } from '#millrace/segment/finding.js';
import { SegmentVerification, type SegmentVerificationOptions } from '#millrace/segment/segment-verification.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

const LOG = '00000000000000000000.log';

async function closedLog(appends = 4): Promise<TempLog> {
  const rig = new TempLog();
  for (let i = 0; i < appends; i++) rig.log.append(numbered(3, i * 3, 30));
  await rig.log.close();
  return rig;
}

interface Verified {
  readonly found: readonly Finding[];
  readonly verification: SegmentVerification;
  readonly states: string[];
  readonly seen: number[];
}

function verify(
  rig: TempLog,
  options: Partial<SegmentVerificationOptions> = {},
  onAgain: () => void = () => undefined,
): Verified {
  const findings = new Findings();
  const seen: number[] = [];
  const verification = new SegmentVerification(rig.system, findings, {
    directory: rig.directory,
    baseOffset: 0,
    settled: true,
    settings: null,
    nextOffset: 0,
    mayHaveGaps: false,
    onBatch: (header) => seen.push(header.baseOffset),
    ...options,
  });
  const states: string[] = [];
  for (;;) {
    const state = verification.step();
    states.push(state);
    if (state === 'again') onAgain();
    if (state === 'done') break;
  }
  verification.close();
  return { found: findings.all, verification, states, seen };
}

/** A log of these batches in place of the rig's. */
function write(rig: TempLog, ...parts: Buffer[]): void {
  writeFileSync(rig.path(LOG), Buffer.concat(parts));
  for (const name of rig.names('index')) writeFileSync(rig.path(name), '');
}

const at = (baseOffset: number): Buffer => readyBatches(numbered(2, baseOffset), { baseOffset, timestamp: -1 });

test('a whole segment has no findings and is counted', async () => {
  const rig = await closedLog();
  const { found, verification, seen } = verify(rig);
  expect(found).toEqual([]);
  expect(seen).toEqual([0, 3, 6, 9]);
  expect(verification).toMatchObject({ batches: 4, records: 12, nextOffset: 12, isWhole: true });
  expect(verification.bytes).toBe(readFileSync(rig.path(LOG)).length);
});

test.each([
  [
    'a gap',
    [at(0), at(4)],
    { kind: 'gap', position: at(0).length, message: '2 offsets are missing: 2 is followed by 4' },
  ],
  ['an overlap', [at(0), at(1)], { kind: 'order', position: at(0).length }],
  ['an offset before the segment', [at(5)], { kind: 'gap', position: 0 }],
])('%s', async (_, parts, finding) => {
  const rig = await closedLog(1);
  write(rig, ...parts);
  expect(verify(rig).found).toMatchObject([{ path: rig.path(LOG), ...finding }]);
});

test('a compacted log may have gaps, but no overlaps', async () => {
  const rig = await closedLog(1);
  write(rig, at(3), at(7));
  expect(verify(rig, { mayHaveGaps: true }).found).toEqual([]);
  write(rig, at(3), at(4));
  expect(verify(rig, { mayHaveGaps: true }).found).toMatchObject([{ kind: 'order' }]);
});

test('a checksum that does not fit is one finding, and what follows is looked at', async () => {
  const rig = await closedLog();
  const bytes = readFileSync(rig.path(LOG));
  const size = bytes.length / 4;
  bytes[size + 70] ^= 4;
  writeFileSync(rig.path(LOG), bytes);
  const { found, verification, seen } = verify(rig);
  expect(found).toMatchObject([{ kind: 'checksum', path: rig.path(LOG), position: size }]);
  expect(seen).toEqual([0, 6, 9]);
  expect(verification).toMatchObject({ nextOffset: 12, isWhole: false, batches: 3 });
});

test('a batch whose records are not what its checksum covers as such', async () => {
  const rig = await closedLog(1);
  const batch = readyBatches(numbered(3), { timestamp: 50 });
  const { crc32c } = (await import('#millrace/native.js')).native;
  batch.writeBigInt64BE(60n, 35);
  batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  write(rig, batch);
  expect(verify(rig, { settled: false }).found).toMatchObject([
    { kind: 'records', position: 0, message: expect.stringContaining('go up to 50') },
  ]);
});

test('zeros behind the batches are a finding in a settled segment only', async () => {
  const rig = await closedLog();
  const { length } = readFileSync(rig.path(LOG));
  appendFileSync(rig.path(LOG), Buffer.alloc(4096));
  expect(verify(rig).found).toMatchObject([
    { kind: 'batch', position: length, message: expect.stringContaining('4096 bytes of zeros') },
  ]);
  expect(verify(rig, { settled: false }).found).toEqual([]);
});

test('an append that was not published is no finding while a writer may be there; a hole before batches always is', async () => {
  const rig = await closedLog(1);
  const unpublished = at(2);
  unpublished.writeInt32BE(0, 8);
  write(rig, at(0), unpublished);
  expect(verify(rig, { settled: false }).found).toEqual([]);
  expect(verify(rig).found).toMatchObject([{ kind: 'batch', position: at(0).length }]);
  write(rig, at(0), Buffer.alloc(200), at(4));
  for (const settled of [true, false]) {
    const { found } = verify(rig, { settled });
    expect(found).toMatchObject([
      { kind: 'batch', position: at(0).length, message: expect.stringContaining(`begins at ${at(0).length + 200}`) },
    ]);
  }
});

test('what a writer puts right meanwhile is no finding', async () => {
  const rig = await closedLog(1);
  write(rig, at(0), at(2).subarray(0, 50));
  const { found, states, seen } = verify(rig, { settled: false }, () => write(rig, at(0), at(2)));
  expect(found).toEqual([]);
  expect(states).toEqual(['again', 'done']);
  expect(seen).toEqual([0, 2]);
  write(rig, at(0), at(2).subarray(0, 50));
  expect(verify(rig, { settled: false }).found).toMatchObject([{ kind: 'batch', position: at(0).length }]);
});
