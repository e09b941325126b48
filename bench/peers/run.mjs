#!/usr/bin/env node
/**
 * `npm run bench:peers`: appends of 100-byte records on one thread, not flushed, by us and by what one would take instead. Brings what a peer
 * needs when it is asked for; who cannot be had is skipped with the reason, which is no failure of the run, and neither is a missed mark.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBenchmark } from '../harness/command-line.mjs';
import { describeMachine } from '../harness/machine.mjs';
import { printHead, printSubject, printSummary } from '../harness/report.mjs';
import { Contestant } from './contestant.mjs';
import { contestants } from './contestants.mjs';
import { javaCommand } from './java.mjs';
import { measure, reportsOf } from './measurement.mjs';
import { aboutPackage, installPackages } from './npm.mjs';

const peers = Object.keys(contestants).filter((name) => name !== 'millrace');
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

/** Starts us and who is chosen, and returns who could be started, and why the others could not. */
async function startAll({ chosen, offline }, scratch) {
  const names = ['millrace', ...peers.filter((name) => chosen.includes(name))];
  const packages = names.map((name) => contestants[name].npm).filter((name) => name !== undefined);
  if (!offline) installPackages(packages, say);
  const started = {};
  const skipped = {};
  for (const name of names) {
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

const flags = { offline: 'nothing is fetched and installed: who is not there is skipped' };
await runBenchmark({ script: 'bench:peers', noun: 'peer', names: peers, flags }, main);
