#!/usr/bin/env node
/**
 * `npm run bench:peers`: appends of 100-byte records on one thread, not flushed, by us and by what one would take instead. Brings what a peer
 * needs when it is asked for; who cannot be had is skipped with the reason, which is no failure of the run, and neither is a missed mark.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../harness/machine.mjs';
import { printHead, printSubject, printSummary } from '../harness/report.mjs';
import { Contestant } from './contestant.mjs';
import { contestants } from './contestants.mjs';
import { javaCommand } from './java.mjs';
import { measure, reportsOf } from './measurement.mjs';
import { aboutPackage, installPackages } from './npm.mjs';

const peers = Object.keys(contestants).filter((name) => name !== 'millrace');
const usage = `Usage: npm run bench:peers -- [peer ...] [--offline] [--smoke] [--json] [--rounds N] [--dir DIR]

  peer         ${peers.join(', ')}; default all
  --offline    nothing is fetched and installed: who is not there is skipped
  --smoke      tiny sizes and one round: shows that all of it runs, the figures say nothing
  --json       one JSON document in place of tables
  --rounds N   default 7
  --dir DIR    where the data goes, on the disk to be measured; default the system's temporary directory`;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      offline: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      dir: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  for (const name of positionals) {
    if (!peers.includes(name)) throw new TypeError(`No peer ${JSON.stringify(name)}; there are: ${peers.join(', ')}`);
  }
  const rounds = values.rounds ?? (values.smoke ? '1' : '7');
  if (!/^[1-9]\d{0,3}$/.test(rounds))
    throw new TypeError(`--rounds takes a whole number from 1 on, not ${JSON.stringify(rounds)}`);
  const chosen = new Set(positionals.length > 0 ? positionals : peers);
  return {
    ...values,
    rounds: Number(rounds),
    directory: resolve(values.dir),
    chosen: ['millrace', ...peers.filter((name) => chosen.has(name))],
  };
}

const say = (line) => console.error(`bench:peers: ${line}`);

/** How the process of a contestant is started. Throws what is to be told to the user if it cannot be. */
function commandOf(name, directory, offline) {
  const { node, npm, java } = contestants[name];
  if (java !== undefined) return javaCommand(java, { directory, offline, log: say });
  const about = npm === undefined ? `Node ${process.version}` : aboutPackage(npm);
  const script = fileURLToPath(new URL('node-contestant.mjs', import.meta.url));
  const module = new URL(node, import.meta.url).href;
  return [process.execPath, ['--expose-gc', script, module, directory, about]];
}

/** Starts who is chosen, and returns who could be started, and why the others could not. */
async function startAll({ chosen, offline }, scratch) {
  const packages = chosen.map((name) => contestants[name].npm).filter((name) => name !== undefined);
  if (!offline) installPackages(packages, say);
  const started = {};
  const skipped = {};
  for (const name of chosen) {
    const directory = join(scratch, name);
    mkdirSync(directory);
    try {
      const [command, args] = commandOf(name, directory, offline);
      started[name] = { ...contestants[name], process: await Contestant.start(command, args) };
    } catch (error) {
      if (name === 'millrace') throw error;
      skipped[name] = error.message;
    }
  }
  return { started, skipped };
}

/** Shown where somebody looks: a run takes minutes. */
function progress(done, total) {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\u001b[Kpeers: round ${done} of ${total}${done === total ? '\r\u001b[K' : ''}`);
}

async function main(options) {
  mkdirSync(options.directory, { recursive: true });
  const machine = describeMachine(options.directory);
  const scratch = mkdtempSync(join(options.directory, 'millrace-bench-peers-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));

  if (!options.json) printHead(machine, options);
  const { started, skipped } = await startAll(options, scratch);
  const { figures, failed } = await measure(started, { ...options, progress });
  await Promise.all(Object.values(started).map((contestant) => contestant.process.close()));
  const reports = reportsOf(figures, contestants);
  const absent = { ...skipped, ...failed };
  const versions = Object.fromEntries(
    Object.entries(started).map(
      ([
        name,
        {
          process: { about },
        },
      ]) => [name, about],
    ),
  );
  if (options.json) {
    const { smoke, rounds } = options;
    console.log(
      JSON.stringify({ machine, smoke, rounds, versions, skipped: absent, subjects: reports, figures }, null, 2),
    );
    return;
  }
  for (const [name, about] of Object.entries(versions)) console.log(`${name.padEnd(22)} ${about}`);
  console.log('');
  for (const report of reports) printSubject(report, !options.smoke);
  for (const [name, why] of Object.entries(absent)) console.log(`SKIPPED: ${name}: ${why}`);
  if (!options.smoke) printSummary(reports);
}

let options;
try {
  options = readArguments();
} catch (error) {
  console.error(`${error.message.split('\n', 1)[0]}${error instanceof TypeError ? '' : '; see --help'}`);
  process.exit(2);
}
if (options.help) console.log(usage);
else await main(options);
