/**
 * `npm run test:compat`: real clients on our broker, unmodified.
 *
 * Fetches what it needs to .cache (preparation.mjs); kcat, Java, Maven and Python must be there. A client that cannot be had is named, and is a failure when
 * CI=true. Arguments choose clients by their names in clients.mjs.
 *
 * With CI=true, clients that fail in a few checks are tried a second time, all their checks: clients in processes of their own meet brokers that are killed, and
 * a machine that stands still, at moments that nobody chooses. What passes then passes, and is told as to be mended.
 */
import { Tally } from '../kafka/tally.mjs';
import { clients } from './clients.mjs';
import { Trial } from './trial.mjs';

const FAILURES_LOOKED_AT_MAX = 3;

/** One line of the table. */
async function tried(name, trial) {
  console.log(`\n== ${name}`);
  const tally = new Tally();
  let prepared;
  try {
    prepared = clients[name].prepare();
  } catch (error) {
    console.log(`  not here: ${error.message}`);
    return { name, tally, missing: error.message };
  }
  let version = '';
  await tally.check('begins and ends', async () => {
    version = await clients[name].attempt(prepared, tally, trial);
  });
  return { name, tally, version };
}

const count = (table, what) => table.reduce((sum, { tally }) => sum + tally[what], 0);

/** Lines of the table in place of those that a second look has bettered. */
async function lookedAtAgain(table, trial) {
  if (process.env.CI !== 'true' || count(table, 'failed') > FAILURES_LOOKED_AT_MAX) return table;
  const lines = [];
  for (const line of table) {
    const { name, tally } = line;
    const again = tally.failed > 0 ? await tried(name, trial) : line;
    lines.push(again);
    if (again.tally.failed > 0) continue;
    for (const failure of tally.failures) {
      console.log(`passed only at a second look, to be mended: ${name}: ${failure.name}`);
      console.log(failure.told.replaceAll(/^/gm, '    '));
    }
  }
  return lines;
}

async function main() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => clients[name] === undefined);
  if (unknown !== undefined)
    throw new Error(`no client named ${unknown}; there are: ${Object.keys(clients).join(', ')}`);
  const trial = await Trial.start();
  let table = [];
  try {
    for (const name of chosen.length > 0 ? chosen : Object.keys(clients)) table.push(await tried(name, trial));
    table = await lookedAtAgain(table, trial);
  } finally {
    await trial.close();
  }
  console.log('');
  for (const { name, version, missing, tally } of table) {
    const outcome = missing === undefined ? `${tally.passed} passed, ${tally.failed} failed` : 'NOT TRIED';
    console.log(`  ${name.padEnd(18)}${(version ?? '').padEnd(28)}${outcome}`);
  }
  const missing = table.filter((line) => line.missing !== undefined).map(({ name }) => name);
  if (missing.length > 0) console.log(`not on this machine, and not tried: ${missing.join(', ')}`);
  console.log(`${count(table, 'passed')} passed, ${count(table, 'failed')} failed`);
  if (count(table, 'failed') > 0 || (missing.length > 0 && process.env.CI === 'true')) process.exitCode = 1;
}

await main();
