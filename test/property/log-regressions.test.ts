/** What the model test has found, each by itself and by name. Every one of them lost records, showed wrong ones, or left a log that no open accepts. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '#millrace/log/log-settings.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { LogHarness } from './log-harness.ts';

const DIRECTORY = '/data/t-0';

interface Rig {
  readonly harness: LogHarness;
  readonly system: MemoryFileSystem;
}

function rig(settings: Partial<LogSettings> = {}): Rig {
  const system = new MemoryFileSystem({ fileBytesMax: 64 * 1024 });
  const harness = new LogHarness(system, {
    directory: DIRECTORY,
    settings: { ...DEFAULT_LOG_SETTINGS, segmentBytes: 16 * 1024, ...settings },
    step: 4096,
  });
  harness.open();
  return { harness, system };
}

const records = (count: number, timestamp = 1000): { value: string; timestamp: number }[] =>
  Array.from({ length: count }, (_, i) => ({ value: `record ${i}`, timestamp }));

/** What every one of many power failures of one and the same state leaves. */
async function afterPowerFailures(
  prepare: (made: Rig) => Promise<void> | void,
  look: (made: Rig) => void,
): Promise<void> {
  for (let seed = 0; seed < 60; seed++) {
    const made = rig();
    await prepare(made);
    made.system.fault = null;
    const system = made.system.crash(new Random(seed));
    made.harness.recover(system);
    look({ harness: made.harness, system });
  }
}

/** Lets the `n`-th call from now on, and all after it, find that the process is dead. */
function dieAt(system: MemoryFileSystem, n: number): void {
  let calls = 0;
  system.fault = () => {
    if (++calls >= n) throw new Error('dead');
    return null;
  };
}

describe('deleted records', () => {
  test('do not hide the largest timestamp of those that are left', () => {
    const { harness } = rig();
    harness.log.append(records(2, 5000));
    harness.log.append(records(2, 3000));
    harness.log.append(records(2, 4000));
    harness.log.deleteRecords(2);
    expect(harness.log.offsetOfMaxTimestamp()).toMatchObject({ offset: 4, timestamp: 4000 });
    harness.log.deleteRecords(5);
    expect(harness.log.offsetOfMaxTimestamp()).toMatchObject({ offset: 5, timestamp: 4000 });
  });

  test('leave no hole when the process dies while segments are removed', () => {
    for (let n = 1; n <= 20; n++) {
      const { harness, system } = rig();
      for (let i = 0; i < 4; i++) {
        harness.log.append(records(5));
        harness.log.roll();
      }
      dieAt(system, n);
      try {
        harness.log.deleteRecords(17);
      } catch {
        // Dead in the middle, as wanted.
      }
      system.fault = null;
      harness.recover(system.kill());
      const { log } = harness;
      for (let next = log.startOffset; next < log.endOffset;) {
        const run = log.read(next);
        expect(run.baseOffset).toBeLessThanOrEqual(next);
        next = run.nextOffset;
      }
      expect(log.endOffset).toBe(20);
    }
  });
});

describe('a cut', () => {
  test('through a batch that begins before the log start empties the log there', () => {
    const { harness } = rig();
    harness.log.append(records(10));
    harness.log.deleteRecords(5);
    expect(harness.log.truncateTo(7)).toBe(5);
    expect([harness.log.startOffset, harness.log.endOffset]).toEqual([5, 5]);
    expect(harness.log.append(records(1)).baseOffset).toBe(5);
  });

  test('lowers the recovery point to where the log ends, not to where it was asked to', async () => {
    const { harness } = rig();
    harness.log.append(records(10));
    harness.log.append(records(10));
    await harness.checkpoint();
    expect(harness.recoveryPoint).toBe(20);
    expect(harness.log.truncateTo(18)).toBe(10);
    expect(harness.recoveryPoint).toBe(10);
  });

  test('leaves no epoch behind that it took away', () => {
    const { harness, system } = rig();
    harness.log.append(records(5), { leaderEpoch: 1 });
    harness.log.append(records(5), { leaderEpoch: 7 });
    harness.log.truncateTo(5);
    harness.log.append(records(5), { leaderEpoch: 3 });
    harness.recover(system.kill());
    expect(harness.log.leaderEpochs.entries).toEqual([
      { epoch: 1, startOffset: 0 },
      { epoch: 3, startOffset: 5 },
    ]);
    harness.log.truncateFullyAndStartAt(100);
    harness.log.append(records(5), { leaderEpoch: 2 });
    harness.recover((harness.system as MemoryFileSystem).kill());
    expect(harness.log.leaderEpochs.entries).toEqual([{ epoch: 2, startOffset: 100 }]);
    expect(harness.log.endOffset).toBe(105);
  });

  test('on a full disk is refused, and nothing has changed', () => {
    const { harness, system } = rig();
    for (let i = 0; i < 20; i++) harness.log.append(records(10));
    system.capacity = system.disk.used;
    expect(() => harness.log.truncateTo(105)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
    expect(harness.health.failure).toBeNull();
    expect(harness.log.endOffset).toBe(200);
    expect(system.list(DIRECTORY).map((entry) => entry.name)).not.toContain('00000000000000000000.log.cleaned');
    system.capacity = Infinity;
    expect(harness.log.truncateTo(105)).toBe(100);
  });

  test('of everything that dies in the middle goes on where it was told to', () => {
    for (let n = 1; n <= 12; n++) {
      const { harness, system } = rig();
      harness.log.append(records(10));
      dieAt(system, n);
      try {
        harness.log.truncateFullyAndStartAt(50);
      } catch {
        // Dead in the middle, as wanted.
      }
      system.fault = null;
      harness.recover(system.kill());
      expect([harness.log.startOffset, harness.log.endOffset]).toEqual([50, 50]);
    }
  });
});

describe('a power failure', () => {
  test('does not take the first segment of a new log, once its records were acknowledged', async () => {
    await afterPowerFailures(
      async ({ harness }) => {
        harness.log.append(records(3));
        await harness.log.flush();
      },
      ({ harness }) => expect(harness.log.endOffset).toBe(3),
    );
  });

  test('does not take the last time entry of a segment that was sealed at the recovery point', async () => {
    await afterPowerFailures(
      async ({ harness }) => {
        harness.log.append(records(3, 1000));
        harness.log.append(records(3, 9000));
        await harness.checkpoint();
        harness.log.roll();
      },
      ({ harness }) => expect(harness.log.offsetOfMaxTimestamp()?.offset).toBe(3),
    );
  });

  test('does not bring back the segment of a roll that failed', async () => {
    await afterPowerFailures(
      async ({ harness, system }) => {
        harness.log.append(records(3));
        await harness.log.flush();
        system.fault = (operation, path) => (operation === 'pwrite' && path.endsWith('.timeindex') ? 'ENOSPC' : null);
        expect(() => harness.log.roll()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
        system.fault = null;
        harness.log.append(records(3));
        await harness.log.flush();
      },
      ({ harness }) => {
        expect(harness.log.endOffset).toBe(6);
        expect(harness.log.segmentCount).toBe(1);
      },
    );
  });
});

test('a recovery that dies between cutting a damaged segment and removing those behind it leaves no hole', () => {
  for (let n = 1; n <= 60; n++) {
    const { harness, system } = rig();
    for (let i = 0; i < 4; i++) {
      harness.log.append(records(5));
      if (i < 3) harness.log.roll();
    }
    const damaged = system.open(`${DIRECTORY}/00000000000000000005.log`, 'r+');
    damaged.write(Buffer.from([0xff]), 0, 1, 100);
    damaged.close();
    const next = system.kill();
    dieAt(next, n);
    try {
      harness.recover(next);
    } catch {
      // Dead in the middle, as wanted.
    }
    next.fault = null;
    harness.recoveryPoint = 0;
    harness.recover(next.kill());
    expect(harness.log.endOffset).toBe(5);
    expect(harness.log.read(0).nextOffset).toBe(5);
  }
});

test('a seal that fails closes what it had opened', async () => {
  const { harness, system } = rig();
  harness.log.append(records(3));
  system.fault = (operation, path) => (operation === 'pwrite' && path.endsWith('.timeindex') ? 'ENOSPC' : null);
  for (let i = 0; i < 3; i++) expect(() => harness.log.roll()).toThrow();
  system.fault = null;
  await harness.close();
  expect(system.openFiles).toBe(0);
});

describe('a cut that was refused for want of room', () => {
  /** A log with a producer, of which a cut has room for its copy and none for what its producers were. */
  async function refused(): Promise<Rig> {
    const made = rig({ segmentBytes: 4096 });
    const { harness, system } = made;
    const producer = { producerId: 1, producerEpoch: 0 };
    harness.log.append([{ key: 'a', value: Buffer.alloc(1000) }], { producer });
    for (let i = 0; i < 5; i++) harness.log.append([{ key: 'a', value: `${i}` }], { producer });
    await harness.log.flush();
    system.fault = (operation, path) => (operation !== 'pread' && path.includes('.snapshot') ? 'ENOSPC' : null);
    expect(() => harness.log.truncateTo(3)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
    system.fault = null;
    return made;
  }

  test('leaves no copy', async () => {
    const { harness, system } = await refused();
    expect(harness.log.endOffset).toBe(6);
    expect(system.list(DIRECTORY).filter(({ name }) => name.includes('.cut'))).toEqual([]);
    expect(harness.log.truncateTo(3)).toBe(3);
  });
});

test('a cut at the log start leaves nothing that a batch of a lower epoch could be damage behind', async () => {
  const { harness, system } = rig();
  harness.log.append(records(5), { leaderEpoch: 1 });
  harness.log.append(records(5), { leaderEpoch: 1 });
  await harness.checkpoint();
  harness.log.deleteRecords(5);
  expect(harness.log.truncateTo(5)).toBe(5);
  // Nobody knows of epoch 1 now, so this has none above 0.
  harness.log.append(records(3));
  harness.recover(system.kill());
  expect([harness.log.startOffset, harness.log.endOffset]).toEqual([5, 8]);
});
