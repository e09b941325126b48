/** Random lives of a producer: rolls, full disks, kills and power failures. */
import { expect, test } from 'vitest';
import { settled } from '../support/flush-thread.ts';
import { Random, seedsOf } from '../support/random.ts';
import { ProducerRig, turn } from './producer-rig.ts';

/** On a full disk it cannot, and nothing has changed. */
function rollIfItCan(rig: ProducerRig, partition: number): void {
  try {
    rig.log(partition).roll();
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_MILLRACE_NO_SPACE' });
  }
}

test('random sends: what was acknowledged is there, in the order of its sending, also after a kill and a power failure', async () => {
  for (const seed of seedsOf(10)) {
    const random = new Random(seed);
    const flushed = random.chance(0.5);
    const rig = new ProducerRig({
      partitions: 3,
      fileBytesMax: 64 * 1024,
      settings: { segmentBytes: random.between(1024, 6000), maxMessageBytes: random.between(400, 1024) },
    });
    const producer = rig.producer({
      lingerMs: random.between(0, 20),
      batchSize: random.between(0, 900),
      durability: flushed ? 'flushed' : 'visible',
      compression: random.chance(0.3) ? 'gzip' : 'none',
      maxUnacknowledgedBytes: random.between(500, 5000),
      retryBackoffMs: 5,
      retries: 3,
      random: () => random.fraction(),
    });
    const acknowledged: string[][] = [[], [], []];
    const refused = new Set<string>();
    const sends: Promise<unknown>[] = [];
    for (let i = 0; i < 150; i++) {
      const records = Array.from({ length: random.chance(0.2) ? random.between(1, 8) : 1 }, (_, j) => ({
        value: `${i}/${j}`.padEnd(random.between(1, 200), '.'),
        key: random.chance(0.5) ? `key ${random.between(0, 9)}` : null,
      }));
      const sent = producer.send('orders', records);
      sends.push(
        sent.then(
          (places) =>
            places.forEach(({ partition, offset }, j) => {
              acknowledged[partition][offset] = records[j].value;
            }),
          () => records.forEach(({ value }) => refused.add(value)),
        ),
      );
      if (random.chance(0.05)) {
        rig.system.fault = random.chance(0.5) ? null : (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
      }
      if (random.chance(0.1)) rollIfItCan(rig, random.between(0, 2));
      if (random.chance(0.3)) rig.clock.advance(random.between(1, 10));
      if (random.chance(0.2)) await turn();
    }
    const isKilled = random.chance(0.5);
    if (!isKilled) {
      rig.system.fault = null;
      const done = settled(producer.close());
      while ((await done.now()) === 'pending') rig.clock.advance(10);
      await Promise.all(sends);
    }
    const found = rig.after(isKilled && flushed ? rig.system.crash(random) : rig.system.kill());
    for (const partition of [0, 1, 2]) {
      const values = acknowledged[partition];
      values.forEach((value, offset) => expect(found[partition][offset], `MILLRACE_SEED=${seed}`).toBe(value));
      // Those that came without a failure are in the order in which they were sent.
      const numbers = found[partition]
        .filter((value) => !refused.has(value))
        .map((value) => {
          const [i, j] = value.split(/[/.]/);
          return Number(i) * 10 + Number(j);
        });
      expect(numbers, `MILLRACE_SEED=${seed}`).toEqual([...numbers].sort((a, b) => a - b));
    }
    if (!isKilled)
      expect(producer.statistics, `MILLRACE_SEED=${seed}`).toMatchObject({ unacknowledgedBytes: 0, waitingSends: 0 });
  }
});
