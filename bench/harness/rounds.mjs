/**
 * How contestants are measured: in rounds, one after another in each, so that what the machine does meanwhile strikes all of them alike,
 * and a ratio is one of two figures of the same round.
 */
import { setImmediate } from 'node:timers/promises';

/**
 * Runs each contestant once a round and returns its figures by name. A contestant is a function that measures itself and returns a figure:
 * a rate or a time. The first round brings memory in and the code up to speed, and does not count. Which one begins changes from
 * round to round.
 */
export async function inRounds(context, contestants) {
  const names = Object.keys(contestants);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < context.rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round + 1) % names.length];
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
 * For tasks of some microseconds or less: each runs for `timeMs` a round, `operations` at once since the clock is coarser than they are. Returns
 * nanoseconds an operation by name: the median of each round. Needs no package, since an installed millrace runs it too.
 */
export async function timeShortTasks(context, tasks, { operations, timeMs }) {
  const rounds = Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [name, () => timeShortTask(task, { operations, timeMs })]),
  );
  return inRounds(context, rounds);
}

const SAMPLES_MIN = 5;

function timeShortTask(task, { operations, timeMs }) {
  const sample = () => {
    const began = performance.now();
    for (let i = 0; i < operations; i++) task();
    return performance.now() - began;
  };
  for (let warm = 0; warm < timeMs / 5;) warm += Math.max(sample(), Number.EPSILON);
  const samples = [];
  for (let elapsed = 0; elapsed < timeMs || samples.length < SAMPLES_MIN;) {
    const time = sample();
    samples.push(time);
    elapsed += time;
  }
  return (median(samples) * 1e6) / operations;
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
