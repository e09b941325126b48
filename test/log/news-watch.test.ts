import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { LOOK_INTERVAL_MAX_MS } from '#millrace/limits.js';
import { NewsWatch, Pace, type Watched } from '#millrace/log/news-watch.js';
import { FakeClock } from '../support/fake-clock.ts';

class Log implements Watched {
  readonly pace = new Pace();
  readonly looks: number[] = [];
  news = false;
  readonly #clock: FakeClock;
  onLook = (): void => undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  look(): boolean {
    this.looks.push(this.#clock.now());
    this.onLook();
    const { news } = this;
    this.news = false;
    return news;
  }
}

/** Lets the time pass in steps of a millisecond. */
function pass(clock: FakeClock, ms: number): void {
  for (let i = 0; i < ms; i++) clock.advance(1);
}

test('a log is looked at soon after there was something new, then less and less often', () => {
  const clock = new FakeClock(0);
  const watch = new NewsWatch(clock);
  const log = new Log(clock);
  watch.add(log);
  pass(clock, 20);
  expect(log.looks).toEqual([1, 3, 7, 11, 15, 19]);
  log.news = true;
  pass(clock, 10);
  expect(log.looks.slice(6)).toEqual([23, 24, 26, 30]);
  watch.delete(log);
  expect(clock.scheduled).toBe(0);
});

test('one timer looks at all logs, each at its own pace and never later than the longest interval', () => {
  const clock = new FakeClock(0);
  const watch = new NewsWatch(clock);
  const [busy, idle] = [new Log(clock), new Log(clock)];
  busy.onLook = () => (busy.news = true);
  watch.add(busy);
  watch.add(idle);
  pass(clock, 100);
  expect(clock.scheduled).toBe(1);
  expect(watch.count).toBe(2);
  expect(busy.looks.length).toBeGreaterThan(95);
  expect(idle.looks.length).toBeLessThan(30);
  const gaps = idle.looks.map((at, i) => at - (idle.looks[i - 1] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(LOOK_INTERVAL_MAX_MS);
});

test('who goes and comes again all the time does not put off the others', () => {
  const clock = new FakeClock(0);
  const watch = new NewsWatch(clock);
  const [restless, patient] = [new Log(clock), new Log(clock)];
  watch.add(patient);
  for (let i = 0; i < 40; i++) {
    watch.delete(restless);
    watch.add(restless);
    clock.advance(1);
  }
  expect(patient.looks.length).toBeGreaterThanOrEqual(9);
});

test('a log may leave while it is looked at, and there is no timer when nobody waits', () => {
  const clock = new FakeClock(0);
  const watch = new NewsWatch(clock);
  const logs = [new Log(clock), new Log(clock), new Log(clock)];
  for (const log of logs) watch.add(log);
  logs[0].onLook = () => watch.delete(logs[0]);
  logs[1].onLook = () => watch.delete(logs[2]);
  clock.advance(1);
  expect(logs.map(({ looks }) => looks.length)).toEqual([1, 1, 0]);
  expect([watch.count, clock.scheduled]).toEqual([1, 1]);
  watch.delete(logs[1]);
  watch.delete(logs[1]);
  expect(clock.scheduled).toBe(0);
});

test('a process that has nothing else to do waits; one that waits for nothing ends', () => {
  const script = `
    import { NewsWatch, Pace } from '#millrace/log/news-watch.js';
    import { systemClock } from '#millrace/clock.js';
    const watch = new NewsWatch(systemClock);
    let looks = 0;
    const log = { pace: new Pace(), look: () => (++looks === 5 && watch.delete(log), false) };
    watch.add(log);
    process.on('exit', () => console.log(looks));
  `;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 });
  expect(String(said).trim()).toBe('5');
});
