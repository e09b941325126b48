/**
 * Measures who could be started, all in one run: in a round each contestant appends to a log of its own in slices of as many records as a
 * batch of 16 KiB holds, and in slices of 1 MiB. Findings hold our rate against that of each other in the same round.
 */
import { finding } from '../harness/findings.mjs';
import { inRounds, median, quantile } from '../harness/rounds.mjs';

const MIB = 2 ** 20;
const VALUE_SIZE = 100;

/** Records of an append: what a batch of 16 KiB holds, and a MiB of values. */
export const slices = { batches: 150, arrays: Math.ceil(MIB / VALUE_SIZE) };

/** A round ends with so many records, or after so many milliseconds: whichever is first. */
const FULL = { recordsMax: Math.ceil((256 * MIB) / VALUE_SIZE), msMax: 1000 };
const TINY = { recordsMax: 12_000, msMax: 20 };

/** Rounds beside that of inRounds that do not count. Java compiles in steps, and behind the work on a machine of few cores. */
const WARM_ROUNDS = { java: 8, node: 1 };

/**
 * `started` is by name what contestants.mjs says, with the `process` of each. Returns figures by name and kind of slice, each a list of
 * records a second, one a round, and what failed in the rounds that do not count.
 */
export async function measure(started, { smoke, rounds, progress }) {
  const bounds = smoke ? TINY : FULL;
  const tasks = {};
  const failed = {};
  for (const [name, contestant] of Object.entries(started)) {
    const kinds = contestant.slices === false ? ['batches'] : Object.keys(slices);
    try {
      const warmRounds = smoke ? 1 : WARM_ROUNDS[contestant.java === undefined ? 'node' : 'java'];
      for (let warm = 0; warm < warmRounds; warm++) {
        for (const kind of kinds) await contestant.process.round({ records: slices[kind], ...bounds });
      }
      for (const kind of kinds) {
        tasks[`${name} ${kind}`] = () => contestant.process.round({ records: slices[kind], ...bounds });
      }
    } catch (error) {
      if (name === 'millrace') throw error;
      failed[name] = error.message;
    }
  }
  const measured = await inRounds({ rounds, progress }, tasks);
  const figures = {};
  for (const [task, rates] of Object.entries(measured)) {
    const [name, kind] = task.split(' ');
    figures[name] = { ...figures[name], [kind]: rates };
  }
  return { figures, failed };
}

/** One report a kind of slice, of the shape that harness/report.mjs prints. */
export function reportsOf(figures, contestants) {
  return Object.entries(slices).map(([kind, records]) => {
    const others = Object.keys(figures).filter((name) => name !== 'millrace');
    const findings = others.map((name) => {
      const { what, atLeast } = contestants[name];
      const baseline = { what, figures: ratesOf(figures[name], kind) };
      // The bound is for the slices that a producer sends.
      const mark = kind === 'batches' && atLeast !== undefined ? { of: 'ratio', atLeast } : null;
      return finding({ what: 'append', unit: 'records/s', figures: figures.millrace[kind], baseline, mark });
    });
    return {
      name: `peers, ${kind}`,
      sizes: `${records} records of ${VALUE_SIZE} B an append`,
      findings,
      notes: spreads(figures, kind, others),
    };
  });
}

/** Who takes one record at a time has one figure for both. */
function ratesOf(rates, kind) {
  return rates[kind] ?? rates.batches;
}

/** Medians and quartiles of the others, whose spread the table has no column for. */
function spreads(figures, kind, names) {
  return names.map((name) => {
    const rates = ratesOf(figures[name], kind);
    const [low, high] = [0.25, 0.75].map((part) => thousands(quantile(rates, part)));
    return `${name}: ${thousands(median(rates))} thousand records/s, quartiles ${low} to ${high}`;
  });
}

function thousands(rate) {
  return (rate / 1000).toFixed(0);
}
