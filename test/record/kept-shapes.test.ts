import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { keptShapes } from '#millrace/record/kept-shapes.js';

test('one of each object that a walk makes is kept', () => {
  expect(keptShapes().map(({ constructor }) => constructor.name)).toEqual([
    'BatchRun',
    'RecordBatch',
    'RecordCursor',
    'LogRecord',
    'RecordIterator',
  ]);
  expect(keptShapes()[3]).toMatchObject({ offset: 2 ** 40, timestamp: 2 ** 40, key: null, value: null, headers: [] });
});

/** Walks as readers do, and asks V8 whether what it meets has the shape of the kept one. */
const walks = `
  import { mkdtempSync, rmSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  import { join } from 'node:path';
  import { openStore } from 'millrace';
  import { BatchRun } from '#millrace/record/batches.js';
  import { byteWindow } from '#millrace/record/byte-window.js';
  import { keptShapes } from '#millrace/record/kept-shapes.js';

  const directory = mkdtempSync(join(tmpdir(), 'millrace-shapes-'));
  process.once('exit', () => rmSync(directory, { recursive: true }));
  // To ask an object for its class would already give it the shape that its class has by now.
  const [keptRun, keptBatch, keptCursor, keptRecord, keptIterator] = keptShapes();
  const others = {};
  let compared = 0;
  const compare = (what, same) => {
    compared++;
    if (!same) others[what] = (others[what] ?? 0) + 1;
  };
  const meet = (run) => {
    compare('run', %HaveSameMap(run, keptRun));
    for (const batch of run) {
      compare('batch', %HaveSameMap(batch, keptBatch));
      compare('iterator', %HaveSameMap(batch[Symbol.iterator](), keptIterator));
      const cursor = batch.cursor();
      while (cursor.next()) compare('record', %HaveSameMap(cursor.record(), keptRecord));
      compare('cursor', %HaveSameMap(cursor, keptCursor));
      for (const record of batch) compare('record', %HaveSameMap(record, keptRecord) && record.key !== record.value && record.headers);
    }
  };
  const store = await openStore(directory);
  const now = Date.now();
  for (const [name, type] of [['plain', 'producer'], ['packed', 'gzip']]) {
    await store.createTopic(name, { config: { 'compression.type': type } });
    const log = store.partition(name, 0);
    for (let i = 0; i < 200; i++) {
      log.append([{ value: 'abc' }, { key: 'k', value: Buffer.alloc(9000), headers: { a: 'b' }, timestamp: now + i }, { value: '' }]);
    }
    for (let offset = log.startOffset; offset < log.endOffset; ) {
      const run = log.read(offset);
      meet(run);
      offset = run.nextOffset;
    }
    meet(log.read(301));
    // Positions that came out of an array of doubles.
    const { bytes } = log.read(0);
    const [start, end] = new Float64Array([0, bytes.length]);
    meet(new BatchRun(byteWindow(bytes), start, end, 0));
  }
  await store.close();
  console.log(JSON.stringify({ compared: compared > 3_000, others }));
`;

test('what is kept has the shape of what readers get, wherever positions come from', () => {
  const flags = ['--allow-natives-syntax', '--input-type=module', '--eval', walks];
  const said = execFileSync(process.execPath, flags, { encoding: 'utf8', timeout: 20_000 });
  expect(JSON.parse(said)).toEqual({ compared: true, others: {} });
}, 30_000);
