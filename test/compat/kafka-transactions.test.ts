/** The coordinator's log as Kafka wrote it: decoded, written again to the same bytes, and gone on with. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from 'millrace';
import { decodeTransaction, encodeKey, encodeValue } from '#millrace/transaction/transaction-log-format.js';
import { committed } from '../producer/transaction-rig.ts';
import { expectedLog, FIXTURE } from './expected-log.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-kafka-transactions-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const KEEP = { defaults: { 'retention.ms': -1 } } as const;

function copyOf(which: string): string {
  const directory = join(root, which);
  cpSync(join(FIXTURE, which, 'log-dir'), directory, { recursive: true });
  return directory;
}

/** Key and value of each record that Kafka reports of its transaction log. */
function recordsOf(which: string): [Buffer, Buffer | null][] {
  const { batches } = expectedLog(which, '__transaction_state-0');
  return batches.flatMap(({ records }) =>
    records.map(([, , key, value]): [Buffer, Buffer | null] => [
      Buffer.from(key as string, 'base64'),
      value === null ? null : Buffer.from(value as string, 'base64'),
    ]),
  );
}

describe.each(['clean', 'killed'])('%s', (which) => {
  test('each record is decoded, and encoded to the same bytes', () => {
    const states = new Set<string>();
    for (const [key, value] of recordsOf(which)) {
      const record = decodeTransaction(key, value);
      if (record.kind !== 'transaction') throw new Error(`a record of kind ${record.kind}`);
      states.add(record.metadata.state);
      expect(encodeKey(record.transactionalId)).toEqual(key);
      expect(encodeValue(record.metadata, 2).toString('hex')).toBe(value!.toString('hex'));
    }
    // It has seen all of a transaction's life.
    const all = ['CompleteAbort', 'CompleteCommit', 'Empty', 'Ongoing', 'PrepareAbort', 'PrepareCommit'];
    expect([...states].sort()).toEqual(all);
  });

  test('the last record of each id is what a store tells of it', async () => {
    const latest = new Map<string, string>();
    for (const [key, value] of recordsOf(which)) {
      const record = decodeTransaction(key, value);
      if (record.kind === 'transaction') latest.set(record.transactionalId, record.metadata.state);
    }
    const store = await openStore(copyOf(which), KEEP);
    const told = (await store.transactions()).map(({ transactionalId, state }) => [transactionalId, state] as const);
    expect(new Map(told)).toEqual(latest);
    await store.close();
  });
});

test('a transaction that was open when Kafka was killed is aborted by a producer of ours of the same name', async () => {
  const store = await openStore(copyOf('killed'), KEEP);
  const [open] = await store.transactions({ states: ['Ongoing'] });
  expect(open.partitions).toEqual([{ topic: 'transactions', partition: 0 }]);
  const log = store.partition('transactions', 0);
  const { lastStableOffset } = log;
  expect(lastStableOffset).toBeLessThan(log.endOffset);
  const before = await valuesOf(store);
  const producer = store.producer({ transactionalId: open.transactionalId });
  await producer.transaction((tx) => tx.send('transactions', { value: 'ours', partition: 0 }));
  expect(log.lastStableOffset).toBe(log.endOffset);
  expect(await valuesOf(store)).toEqual([...before, 'ours']);
  const [now] = await store.transactions({ pattern: new RegExp(open.transactionalId) });
  // One epoch for the abort, one for the new producer, one for its commit.
  expect([now.producerId, now.producerEpoch]).toEqual([open.producerId, open.producerEpoch + 3]);
  await store.close();
});

async function valuesOf(store: Store): Promise<string[]> {
  const [values] = await committed(store, 'transactions');
  return values;
}
