/**
 * The command line of both benchmarks: which of their names to measure, and how. What a user did wrong is told in one sentence, with status 2.
 */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROUNDS = '7';

/** What all benchmarks are told, beside their own flags and `--help`. */
const flags = {
  smoke: 'tiny sizes and one round: shows that all of it runs, the figures say nothing',
  json: 'one JSON document in place of tables',
};

/**
 * @typedef {{
 *   script: string,
 *   noun: string,
 *   names: string[],
 *   flags?: Record<string, string>,
 *   rounds?: string,
 * }} Benchmark `noun` is what it calls one of `names`; `flags` are what only it has, each with what it does; `rounds` is its own default
 *
 * @typedef {{ chosen: string[], directory: string, rounds: number, smoke: boolean, json: boolean, help: boolean, offline?: boolean }} Options
 */

/** What a user did wrong, in one sentence. */
class UsageError extends Error {}

/**
 * Without names, all are chosen. Throws what a user did wrong.
 *
 * @param {Benchmark} benchmark
 * @param {string[]} args
 * @returns {Options}
 */
export function readArguments({ noun, names, flags: own = {}, rounds: usual = ROUNDS }, args) {
  const { values, positionals } = parse(Object.keys({ ...own, ...flags }), args);
  for (const name of positionals) {
    if (!names.includes(name))
      throw new UsageError(`No ${noun} ${JSON.stringify(name)}; there are: ${names.join(', ')}`);
  }
  const { dir, rounds = values.smoke ? '1' : usual, ...rest } = values;
  if (!/^[1-9]\d{0,3}$/.test(rounds))
    throw new UsageError(`--rounds takes a whole number from 1 on, not ${JSON.stringify(rounds)}`);
  return {
    ...rest,
    rounds: Number(rounds),
    directory: resolve(dir),
    chosen: positionals.length > 0 ? positionals : names,
  };
}

function parse(switches, args) {
  const booleans = switches.map((flag) => [flag, { type: 'boolean', default: false }]);
  const options = {
    ...Object.fromEntries(booleans),
    rounds: { type: 'string' },
    dir: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', short: 'h', default: false },
  };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error.message.split(/[.\n]/, 1)[0]}; see --help`, { cause: error });
  }
}

/** @param {Benchmark} benchmark */
export function usageOf({ script, noun, names, flags: own = {}, rounds = ROUNDS }) {
  const all = { ...own, ...flags };
  const lines = {
    [noun]: `${names.join(', ')}; default all`,
    ...Object.fromEntries(Object.entries(all).map(([flag, what]) => [`--${flag}`, what])),
    '--rounds N': `default ${rounds}`,
    '--dir DIR': "where the data goes, on the disk to be measured; default the system's temporary directory",
  };
  const switches = Object.keys(all).map((flag) => `[--${flag}]`);
  return [
    `Usage: npm run ${script} -- [${noun} ...] ${switches.join(' ')} [--rounds N] [--dir DIR]\n`,
    ...Object.entries(lines).map(([name, what]) => `  ${name.padEnd(12)} ${what}`),
  ].join('\n');
}

/**
 * Runs `main` with what the process was told, or says how to tell it.
 *
 * @param {Benchmark} benchmark
 * @param {(options: Options) => Promise<void>} main
 */
export async function runBenchmark(benchmark, main) {
  let options;
  try {
    options = readArguments(benchmark, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
    return;
  }
  if (options.help) console.log(usageOf(benchmark));
  else await main(options);
}
