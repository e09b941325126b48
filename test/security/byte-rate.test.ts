import { expect, test } from 'vitest';
import { ByteRate } from '#millrace/security/byte-rate.js';
import { Random, seedsOf } from '../support/random.ts';

const START = 1_700_000_000_000;

test("a burst is throttled for as long as Kafka's test of it says", () => {
  // ClientQuotaManagerTest: a quota of 500 bytes a second, 400 in each of ten seconds, then 2,300 in half a second: (4000 + 2300) / 10.5 = 600,
  // a fifth too much, and a fifth of 10.5 s to wait.
  const rate = new ByteRate();
  let now = START;
  for (let second = 0; second < 10; second++, now += 1000) {
    rate.record(400, now);
    expect(rate.throttleMs(500, now)).toBe(0);
  }
  now += 500;
  rate.record(2300, now);
  expect(rate.rate(now)).toBeCloseTo(600, 9);
  expect(rate.throttleMs(500, now)).toBe(2100);
  now += 2100;
  for (let second = 0; second < 10; second++, now += 1000) rate.record(400, now);
  // The burst has left the window.
  expect(rate.throttleMs(500, now)).toBe(0);
});

test('who begins has ten seconds of quiet behind it', () => {
  const rate = new ByteRate();
  rate.record(5000, START);
  expect(rate.rate(START)).toBe(500);
  expect(rate.throttleMs(500, START)).toBe(0);
  rate.record(1, START);
  expect(rate.throttleMs(500, START)).toBe(2);
  // RateTest: at the end of the first sample.
  expect(new ByteRate().rate(START)).toBe(0);
  const other = new ByteRate({ samples: 4, sampleMs: 3000 });
  other.record(50, START);
  expect(other.rate(START + 2999)).toBeCloseTo(50 / (2.999 + 9), 9);
});

test('one sample is enough to be counted by', () => {
  const rate = new ByteRate({ samples: 1, sampleMs: 1000 });
  rate.record(10, START);
  // No time has passed: a millisecond is taken.
  expect(rate.rate(START)).toBe(10_000);
  expect(rate.rate(START + 500)).toBe(20);
});

test('bytes that are taken back were never there', () => {
  const rate = new ByteRate();
  rate.record(9000, START);
  rate.record(-9000, START + 10);
  expect(rate.rate(START + 10)).toBe(0);
});

test('a long throttle time is one that the wire can carry', () => {
  const rate = new ByteRate();
  rate.record(Number.MAX_SAFE_INTEGER, START);
  expect(rate.throttleMs(1, START)).toBe(2 ** 31 - 1);
});

test('a clock that goes back does no harm', () => {
  const rate = new ByteRate();
  rate.record(4000, START);
  rate.record(4000, START - 3_600_000);
  expect(rate.rate(START - 3_600_000)).toBe(800);
  expect(rate.throttleMs(500, START - 3_600_000)).toBe(6000);
});

/** Kafka's Rate over a WindowedSum, read word for word: a list of samples, reset and taken again in turn. */
class SlowRate {
  readonly samples: { value: number; start: number; last: number }[] = [];
  current = 0;
  readonly config: { samples: number; sampleMs: number };

  constructor(config: { samples: number; sampleMs: number }) {
    this.config = config;
  }

  record(value: number, now: number): void {
    if (this.samples.length === 0) this.samples.push({ value: 0, start: now, last: now });
    let sample = this.samples[this.current];
    if (now - sample.start >= this.config.sampleMs) {
      this.current = (this.current + 1) % (this.config.samples + 1);
      if (this.current >= this.samples.length) this.samples.push({ value: 0, start: now, last: now });
      else Object.assign(this.samples[this.current], { value: 0, start: now, last: now });
      sample = this.samples[this.current];
    }
    sample.value += value;
    sample.last = now;
  }

  measure(now: number): { rate: number; windowMs: number } {
    for (const sample of this.samples) {
      if (now - sample.last >= this.config.samples * this.config.sampleMs)
        Object.assign(sample, { value: 0, start: now, last: now });
    }
    const total = this.samples.reduce((sum, { value }) => sum + value, 0);
    if (this.samples.length === 0) this.samples.push({ value: 0, start: now, last: now });
    let elapsed = now - Math.min(...this.samples.map(({ start }) => start));
    const full = Math.trunc(elapsed / this.config.sampleMs);
    if (full < this.config.samples - 1) elapsed += (this.config.samples - 1 - full) * this.config.sampleMs;
    const windowMs = Math.max(elapsed, 1);
    return { rate: total / (windowMs / 1000), windowMs };
  }
}

test("at random times it measures what Kafka's does", () => {
  const [seed] = seedsOf(1);
  const random = new Random(seed);
  for (let run = 0; run < 50; run++) {
    const config = { samples: random.between(1, 12), sampleMs: random.pick([100, 1000, 3000]) };
    const [rate, slow] = [new ByteRate(config), new SlowRate(config)];
    let now = START;
    for (let step = 0; step < 300; step++) {
      now += random.chance(0.05) ? random.between(0, 20 * config.sampleMs) : random.between(0, config.sampleMs / 2);
      if (random.chance(0.8)) {
        const value = random.between(-10, 1000);
        rate.record(value, now);
        slow.record(value, now);
      }
      if (random.chance(0.7)) {
        const measured = slow.measure(now);
        expect(rate.rate(now), `seed ${seed}`).toBe(measured.rate);
        const limit = random.between(1, 2000);
        const wait = measured.rate > limit ? Math.round(((measured.rate - limit) / limit) * measured.windowMs) : 0;
        expect(rate.throttleMs(limit, now), `seed ${seed}`).toBe(wait);
      }
    }
  }
});
