import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { keptShapes } from '#millrace/consumer/kept-shapes.js';

test('one of each object that a walk makes is kept', () => {
  const [batch, records, recordBatches, record, handling] = keptShapes();
  expect([batch, records, record, handling].map(({ constructor }) => constructor.name)).toEqual([
    'ConsumerBatch',
    'ConsumerRecordIterator',
    'ConsumerRecord',
    'RecordWalk',
  ]);
  expect(recordBatches).toHaveProperty('next');
  expect(record).toMatchObject({ offset: 2 ** 40 });
});

/** Walks as users do, and asks V8 whether what it meets has the shape of the kept one. */
const walks = `
  import { mkdtempSync, rmSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  import { join } from 'node:path';
  import { openStore } from 'millrace';
  import { keptShapes } from '#millrace/consumer/kept-shapes.js';
  import { RecordWalk } from '#millrace/consumer/record-walk.js';

  const directory = mkdtempSync(join(tmpdir(), 'millrace-shapes-'));
  process.once('exit', () => rmSync(directory, { recursive: true }));
  const [keptBatch, keptRecords, keptRecordBatches, keptRecord, keptWalk] = keptShapes();
  const others = {};
  let compared = 0;
  const compare = (what, same) => {
    compared++;
    if (!same) others[what] = (others[what] ?? 0) + 1;
  };
  // To see the walks, which nobody else does.
  const { go } = RecordWalk.prototype;
  const walks = [];
  RecordWalk.prototype.go = function () {
    walks.push(this);
    return go.call(this);
  };
  const store = await openStore(directory);
  await store.createTopic('orders');
  const log = store.partition('orders', 0);
  for (let i = 0; i < 200; i++) log.append([{ value: 'abc' }, { key: 'k', value: Buffer.alloc(9000) }]);
  const consumer = store.consumer({ autoOffsetReset: 'earliest', maxBytes: 100_000 });
  consumer.assign(['orders']);
  for await (const batch of consumer) {
    const records = batch[Symbol.iterator]();
    for (let i = 0; i < 5; i++) records.next();
    compare('records', %HaveSameMap(records, keptRecords));
    compare('record batches', %HaveSameMap(batch.recordBatches(), keptRecordBatches));
    compare('batch', %HaveSameMap(batch, keptBatch));
    if (batch.lag === 0) break;
  }
  consumer.seek({ topic: 'orders', partition: 0 }, 0);
  await consumer.each(({ offset }) => (offset % 100 === 0 ? Promise.resolve() : null), { untilEnd: true });
  for (const walk of walks) compare('walk', %HaveSameMap(walk, keptWalk));
  consumer.seek({ topic: 'orders', partition: 0 }, 0);
  for await (const record of consumer.readable({ untilEnd: true })) compare('record', %HaveSameMap(record, keptRecord));
  await store.close();
  console.log(JSON.stringify({ compared: compared > 450, others }));
`;

test('what is kept has the shape of what users get', () => {
  const flags = ['--allow-natives-syntax', '--input-type=module', '--eval', walks];
  const said = execFileSync(process.execPath, flags, { encoding: 'utf8', timeout: 20_000 });
  expect(JSON.parse(said)).toEqual({ compared: true, others: {} });
}, 30_000);
