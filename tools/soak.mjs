/**
 * Runs the tests that draw at random with new numbers, many times over: what a gate must not do, since it would fail for the day.
 *
 *   node tools/soak.mjs [--runs N] [FILE ...]
 *
 * `--runs`: how many lives each property test has (default 2,000: some minutes). Where memory is copied in place of mapped too, half as many. Exit status 1 if
 * anything failed; the output names the seed, and `MILLRACE_SEED=n npx vitest run FILE` repeats it.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '2000' } },
  allowPositionals: true,
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`--runs must be a whole number from 1 on, not ${values.runs}`);
  process.exit(2);
}
const files = positionals.length > 0 ? positionals : ['test/property', 'test/producer', 'test/record', 'test/tail'];

let failed = false;
soak('mapped', runs, {});
soak('copied', Math.ceil(runs / 2), { MILLRACE_COPY: '1' });
process.exit(failed ? 1 : 0);

/**
 * @param {string} how
 * @param {number} count
 * @param {Record<string, string>} more
 */
function soak(how, count, more) {
  console.log(`soak: ${how}, ${count} runs of each property`);
  const env = { ...process.env, MILLRACE_SEED: 'new', MILLRACE_RUNS: String(count), ...more };
  const { status } = spawnSync('npx', ['--no-install', 'vitest', 'run', ...files], { stdio: 'inherit', env });
  failed ||= status !== 0;
}
