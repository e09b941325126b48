#!/usr/bin/env node
/**
 * `npm run bench:broker`: our broker beside Apache Kafka on this machine, under the same load, in turn, round by round; all parts or some of them by name. A part whose
 * programs are not here is skipped with what to install, which is no failure of the run, and neither is a missed mark. Ends with the tables in Markdown.
 */
import { mkdirSync } from 'node:fs';
import { kafkaJars } from '../../tools/kafka-jars.mjs';
import { runBenchmark } from '../harness/command-line.mjs';
import { describeMachine } from '../harness/machine.mjs';
import { printHead, printSubject, printSummary } from '../harness/report.mjs';
import { clients } from './clients.mjs';
import { documentOf } from './document.mjs';
import { parts } from './parts.mjs';
import { replay } from './replay.mjs';
import { Stage } from './stage.mjs';

const ROUNDS = '5';
const say = (line) => console.error(`bench:broker: ${line}`);

/** Kafka's jars, and by name of the part why it cannot be measured here, or null. */
function prepare({ chosen, offline }) {
  const lacks = Object.fromEntries(chosen.map((name) => [name, lackOf(name, offline)]));
  const asking = chosen.filter((name) => lacks[name] === null && parts[name].needs.includes('java'));
  if (asking.length === 0) return { lacks };
  try {
    return { lacks, kafka: kafkaJars(say, { offline }) };
  } catch (error) {
    for (const name of asking) lacks[name] = error.message;
    return { lacks };
  }
}

function lackOf(name, offline) {
  for (const need of parts[name].needs) {
    const lack = { ...clients, replay }[need].lack({ offline });
    if (lack !== null) return lack;
  }
  return null;
}

async function measurePart(name, options, kafka) {
  const { file, parameters } = parts[name];
  const { measure } = await import(new URL(file, import.meta.url).href);
  const stage = new Stage(options.directory);
  const context = {
    stage,
    kafka,
    rounds: options.rounds,
    smoke: options.smoke,
    /** The first in a real run, the second in a smoke run. */
    pick: (full, tiny) => (options.smoke ? tiny : full),
    progress(done, total) {
      if (process.stderr.isTTY)
        process.stderr.write(`\r\u001b[K${name}: round ${done} of ${total}${done === total ? '\r\u001b[K' : ''}`);
    },
  };
  try {
    return { name, ...(await measure(context, parameters)) };
  } finally {
    await stage.close();
  }
}

/** A part that fails is told, and does not take the others with it. */
async function reportOf(name, lack, options, kafka) {
  if (lack !== null) return { name, sizes: 'not measured', skipped: lack };
  try {
    return await measurePart(name, options, kafka);
  } catch (error) {
    process.exitCode = 1;
    say(`${name}: ${error.stack}`);
    return { name, sizes: 'not measured', skipped: `it failed: ${error.message}` };
  }
}

function commandOf({ chosen, rounds }) {
  const words = [...(chosen.length === Object.keys(parts).length ? [] : chosen)];
  if (String(rounds) !== ROUNDS) words.push('--rounds', rounds);
  return ['npm run bench:broker', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
}

async function main(options) {
  mkdirSync(options.directory, { recursive: true });
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  process.once('SIGHUP', () => process.exit(129));

  const machine = describeMachine(options.directory);
  const { lacks, kafka } = prepare(options);
  if (!options.json) printHead(machine, options);
  const reports = [];
  for (const name of options.chosen) {
    const report = await reportOf(name, lacks[name], options, kafka);
    reports.push(report);
    if (!options.json) printSubject(report, !options.smoke);
  }
  if (reports.every((report) => report.skipped !== undefined)) process.exitCode = 1;
  const run = { machine, kafka: kafka?.version, smoke: options.smoke, rounds: options.rounds, parts: reports };
  if (options.json) {
    console.log(JSON.stringify(run, null, 2));
    return;
  }
  if (!options.smoke) printSummary(reports);
  for (const line of documentOf({ command: commandOf(options), ...run })) console.log(line);
}

const flags = { offline: "Kafka's jars are not fetched: without them what needs Kafka is skipped" };
await runBenchmark({ script: 'bench:broker', noun: 'part', names: Object.keys(parts), flags, rounds: ROUNDS }, main);
