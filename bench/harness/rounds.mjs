/**
 * How contestants are measured: in rounds, one after another in each, so that what the machine does meanwhile strikes all of them alike,
 * and a ratio is one of two figures of the same round.
 */
import { setImmediate } from 'node:timers/promises';
import { Bench } from 'tinybench';

/**
 * Runs each contestant once a round and returns its figures by name. A contestant is a function that measures itself and returns a figure:
 * a rate or a time. The first round brings memory in and the code up to speed, and does not count; a smoke run has none. Which one begins changes from
 * round to round.
 */
export async function inRounds(context, contestants) {
  const names = Object.keys(contestants);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  const first = context.smoke ? 0 : -1;
  for (let round = first; round < context.rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round - first) % names.length];
      // What the one before left on the heap is not this one's to collect.
      globalThis.gc?.();
      const figure = await contestants[name]();
      // So that the end of whoever waits for the figures is heard: some contestants never let go of the thread.
      await setImmediate();
      if (round >= 0) figures[name].push(figure);
    }
    context.progress(round + 1, context.rounds);
  }
  return figures;
}

/**
 * For tasks of some microseconds or less: tinybench runs each for `timeMs` a round, `operations` at once since the clock is coarser than they
 * are. Returns nanoseconds an operation by name: the median of each round.
 */
export async function timeShortTasks(context, tasks, { operations, timeMs }) {
  const rounds = Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [name, () => timeShortTask(name, task, { operations, timeMs })]),
  );
  return inRounds(context, rounds);
}

async function timeShortTask(name, task, { operations, timeMs }) {
  const bench = new Bench({ time: timeMs, iterations: 5, warmupTime: timeMs / 5, warmupIterations: 1, throws: true });
  bench.add(name, () => {
    for (let i = 0; i < operations; i++) task();
  });
  await bench.run();
  return (bench.tasks[0].result.latency.p50 * 1e6) / operations;
}

/** The value below which a part of the values lies; between two of them, in proportion. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

export function median(values) {
  return quantile(values, 0.5);
}
