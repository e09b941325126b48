/**
 * `npm run test:compat`: real clients on our broker, unmodified.
 *
 * Fetches what it needs to .cache (preparation.mjs); kcat, Java, Maven and Python must be there. A client that cannot be had is named, and is a failure when
 * CI=true. Arguments choose clients by their names in clients.mjs.
 */
import { Tally } from '../kafka/tally.mjs';
import { clients } from './clients.mjs';
import { Trial } from './trial.mjs';

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

async function main() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => clients[name] === undefined);
  if (unknown !== undefined)
    throw new Error(`no client named ${unknown}; there are: ${Object.keys(clients).join(', ')}`);
  const trial = await Trial.start();
  const table = [];
  try {
    for (const name of chosen.length > 0 ? chosen : Object.keys(clients)) table.push(await tried(name, trial));
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
  const count = (what) => table.reduce((sum, { tally }) => sum + tally[what], 0);
  console.log(`${count('passed')} passed, ${count('failed')} failed`);
  if (count('failed') > 0 || (missing.length > 0 && process.env.CI === 'true')) process.exitCode = 1;
}

await main();
