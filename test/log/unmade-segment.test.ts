import { expect, test } from 'vitest';
import { recoverLog } from '#millrace/log/log-recovery.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { numbered, TempLog } from '../support/temp-log.ts';

const RECORDS = 10;

/** A log all of whose records are past their time, and whose start lies behind them since this moment, in memory only. */
function expired(): { rig: TempLog; system: MemoryFileSystem; old: Promise<void> } {
  const system = new MemoryFileSystem();
  system.makeDirectory('/data/orders-0');
  system.syncDirectory('/');
  system.syncDirectory('/data');
  const rig = new TempLog({ retentionMs: 1000 }, { system, parent: '/data' });
  const { durable } = rig.log.append(numbered(RECORDS, 0));
  rig.clock.advance(5000);
  expect(rig.log.expire(rig.clock.now())).toBe(1);
  return { rig, system, old: durable };
}

function logsOf(system: MemoryFileSystem): string[] {
  const names = system.list('/data/orders-0').map(({ name }) => name);
  return names.filter((name) => name.endsWith('.log')).map((name) => name.replace(/^0+(?=\d)/, ''));
}

function endAfterPowerFailure({ rig, system }: { rig: TempLog; system: MemoryFileSystem }, seed: number): number {
  const { directory, settings } = rig;
  return recoverLog(system.crash(new Random(seed)), { directory, settings, recoveryPoint: 0, startOffset: 0 })
    .endOffset;
}

test('what is durable behind records that are past their time survives a power failure, while these are not removed yet', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const made = expired();
    const { lastOffset, durable } = made.rig.log.append([{ value: 'new' }]);
    await durable;
    expect(endAfterPowerFailure(made, seed)).toBe(lastOffset + 1);
  }
});

test('records that are past their time and durable keep their offsets from those to come', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const made = expired();
    await made.old;
    expect(endAfterPowerFailure(made, seed)).toBe(RECORDS);
  }
});

test('the segment before it is closed when it was synced, and there is no file of it when it was removed', async () => {
  const { rig, system } = expired();
  rig.log.append([{ value: 'new' }]);
  await rig.log.flush();
  expect(system.openFiles).toBe(1);
  expect(rig.log.removeExpired(Infinity, true)).toMatchObject({ segments: 1 });
  await rig.log.removed();
  expect(logsOf(system)).toEqual(['10.log']);
  expect(rig.values()).toEqual(['new']);
});

test('where it cannot be made an append fails, and goes on later', () => {
  const { rig, system } = expired();
  for (const operation of ['open', 'ftruncate']) {
    system.fault = (called) => (called === operation ? 'ENOSPC' : null);
    expect(() => rig.log.append([{ value: 'new' }])).toThrow(/ENOSPC|no space/);
    system.fault = null;
    expect(logsOf(system)).toEqual(['0.log']);
  }
  expect(rig.log.append([{ value: 'new' }]).baseOffset).toBe(RECORDS);
  expect(rig.values()).toEqual(['new']);
});
