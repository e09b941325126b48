import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { BatchWalk } from '#millrace/segment/batch-walk.js';
import { type Finding, Findings } from '#millrace/segment/finding.js';
import { IndexAudit } from '#millrace/segment/index-audit.js';
import { checkRecords } from '#millrace/segment/record-check.js';
import { TempLog } from '../support/temp-log.ts';

const BATCHES = 14;
const settings = { intervalBytes: 200, bytesMax: 1 << 20 };
const BASE = '00000000000000000000';
const [INDEX, TIMES] = [`${BASE}.index`, `${BASE}.timeindex`];

let rig: TempLog;

beforeEach(async () => {
  rig = new TempLog({ indexIntervalBytes: settings.intervalBytes });
  for (let i = 0; i < BATCHES; i++) {
    const time = 1000 + i * 10;
    rig.log.append([
      { value: 'a', timestamp: time },
      { value: 'b', timestamp: time + 5 },
      { value: 'c', timestamp: time - 3 },
    ]);
  }
  await rig.log.close();
});

function audit(options: { settled?: boolean; skip?: number } = {}): readonly Finding[] {
  const findings = new Findings();
  const settled = options.settled ?? true;
  const checked = new IndexAudit(rig.system, findings, { directory: rig.directory, baseOffset: 0, settled, settings });
  const file = rig.system.open(rig.path(`${BASE}.log`), 'r');
  const walk = new BatchWalk(file);
  for (let i = 0; walk.next(); i++) {
    const { position, header, batch } = walk;
    const { baseOffset, lastOffset, maxTimestamp } = header;
    if (i === options.skip) checked.skip(position + 1);
    else checked.batch({ position, baseOffset, lastOffset, maxTimestamp, ...checkRecords(batch) });
  }
  checked.end(walk.end!.position, true);
  file.close();
  return findings.all;
}

function change(name: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(rig.path(name));
  edit(bytes);
  writeFileSync(rig.path(name), bytes);
}

test('the files that the engine wrote are true', () => {
  expect(readFileSync(rig.path(INDEX)).length).toBeGreaterThan(16);
  expect(audit()).toEqual([]);
});

describe.each([INDEX, TIMES])('%s', (name) => {
  test('every flipped bit is found, at its entry', () => {
    const bytes = readFileSync(rig.path(name));
    const entrySize = name === INDEX ? 8 : 12;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      writeFileSync(rig.path(name), flipped);
      const entry = Math.floor(bit / 8 / entrySize) * entrySize;
      // That of the record, as before Kafka 4.
      if (name === TIMES && flipped.readUInt32BE(entry + 8) === bytes.readUInt32BE(entry + 8) - 1) continue;
      const found = audit().filter(
        ({ path, position }) => path === rig.path(name) && Math.abs(position! - entry) <= entrySize,
      );
      expect(found.length, `bit ${bit}`).toBeGreaterThan(0);
    }
  });

  test('missing, cut and padded', () => {
    const size = readFileSync(rig.path(name)).length;
    appendFileSync(rig.path(name), Buffer.alloc(24));
    expect(audit()).toMatchObject([
      { kind: 'index', path: rig.path(name), position: size, message: expect.stringMatching(/^24 bytes/) },
    ]);
    expect(audit({ settled: false })).toEqual([]);
    truncateSync(rig.path(name), size - 5);
    expect(audit().length).toBeGreaterThan(0);
    truncateSync(rig.path(name), 0);
    expect(audit()).toMatchObject([{ kind: 'index', path: rig.path(name), position: 0 }]);
    expect(audit({ settled: false })).toEqual([]);
    rmSync(rig.path(name));
    expect(audit()[0]).toMatchObject({ kind: 'missing', path: rig.path(name) });
    expect(audit({ settled: false })).toEqual([]);
  });
});

test('an index that ends early is found by its own interval', () => {
  truncateSync(rig.path(INDEX), 16);
  expect(audit()).toMatchObject([{ kind: 'index', path: rig.path(INDEX), position: 16 }]);
  expect(audit({ settled: false })).toEqual([]);
});

test('an offset of the record that has the timestamp is as good as that of its batch, as before Kafka 4', () => {
  change(TIMES, (bytes) => bytes.writeUInt32BE(bytes.readUInt32BE(8) - 1, 8));
  expect(audit()).toEqual([]);
  change(TIMES, (bytes) => bytes.writeUInt32BE(bytes.readUInt32BE(8) - 1, 8));
  expect(audit()).toMatchObject([{ kind: 'index', path: rig.path(TIMES), position: 0 }]);
});

test('of what cannot be read nothing is said', () => {
  const position = readFileSync(rig.path(INDEX)).readUInt32BE(4);
  const slot = position / (readFileSync(rig.path(`${BASE}.log`)).length / BATCHES);
  change(INDEX, (bytes) => bytes.writeUInt32BE(1, 0));
  expect(audit()).toHaveLength(1);
  expect(audit({ skip: slot })).toEqual([]);
});
