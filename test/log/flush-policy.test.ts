import { expect, test } from 'vitest';
import { DEFAULT_LOG_SETTINGS } from '#millrace/log/log-settings.js';
import { numbered, TempLog } from '../support/temp-log.ts';

async function idle(rig: TempLog): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  await rig.flusher.idle();
  return rig.log.durableOffset;
}

test('by default nothing is flushed that nobody asks for, and no timer is set', async () => {
  const rig = new TempLog();
  rig.log.append(numbered(100));
  rig.clock.advance(1_000_000);
  expect(await idle(rig)).toBe(0);
  expect(rig.clock.scheduled).toBe(0);
});

test('flush.messages asks when so many records are not durable', async () => {
  const rig = new TempLog({ flushMessages: 10 });
  rig.log.append(numbered(9));
  expect(await idle(rig)).toBe(0);
  rig.log.append(numbered(1));
  expect(await idle(rig)).toBe(10);
  rig.log.append(numbered(9));
  expect(await idle(rig)).toBe(10);
  rig.log.append(numbered(30));
  expect(await idle(rig)).toBe(49);
});

test('flush.messages=1 is one round for all appends of a turn', async () => {
  const rig = new TempLog({ flushMessages: 1 });
  for (let i = 0; i < 20; i++) rig.log.append(numbered(1));
  expect(await idle(rig)).toBe(20);
  expect(rig.flusher.statistics.rounds).toBe(1);
});

test('flush.ms asks so long after the first record that is not durable', async () => {
  const rig = new TempLog({ flushMs: 1000 });
  rig.log.append(numbered(1));
  rig.clock.advance(600);
  rig.log.append(numbered(1));
  rig.clock.advance(399);
  expect(await idle(rig)).toBe(0);
  rig.clock.advance(1);
  expect(await idle(rig)).toBe(2);
  expect(rig.clock.scheduled).toBe(0);
  rig.log.append(numbered(1));
  rig.clock.advance(1000);
  expect(await idle(rig)).toBe(3);
});

test('a timer that finds everything durable asks for nothing', async () => {
  const rig = new TempLog({ flushMs: 1000 });
  await rig.log.append(numbered(1)).durable;
  rig.clock.advance(1000);
  expect(await idle(rig)).toBe(1);
  expect(rig.flusher.statistics.rounds).toBe(1);
});

test('other settings count at once, also for records that wait for a timer', async () => {
  const rig = new TempLog({ flushMs: 100_000 });
  rig.log.append(numbered(1));
  rig.log.configure({ ...DEFAULT_LOG_SETTINGS, flushMs: 100 });
  expect(rig.clock.scheduled).toBe(1);
  rig.clock.advance(100);
  expect(await idle(rig)).toBe(1);
  rig.log.configure({ ...DEFAULT_LOG_SETTINGS, flushMessages: 1 });
  expect(await idle(rig)).toBe(1);
  rig.log.append(numbered(1));
  rig.log.configure({ ...DEFAULT_LOG_SETTINGS });
  expect(await idle(rig)).toBe(2);
});

test('a closed or deleted log leaves no timer behind', async () => {
  const rig = new TempLog({ flushMs: 1000 });
  rig.log.append(numbered(1));
  await rig.log.close();
  expect(rig.clock.scheduled).toBe(0);
  const deleted = new TempLog({ flushMs: 1000 });
  deleted.log.append(numbered(1));
  deleted.stop();
  expect(deleted.clock.scheduled).toBe(0);
});
