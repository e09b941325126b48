#!/usr/bin/env node
/**
 * The benchmarks: `npm run bench`, or some of them by name. Each figure stands beside a baseline that was measured in the same rounds, and
 * beside the mark that it must reach. A missed mark is a result and no failure of the run.
 */
import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './harness/machine.mjs';
import { printHead, printSubject, printSummary } from './harness/report.mjs';
import { subjects } from './harness/subjects.mjs';

const subjectNames = Object.keys(subjects);
const usage = `Usage: npm run bench -- [subject ...] [--smoke] [--json] [--rounds N] [--dir DIR]

  subject      ${subjectNames.join(', ')}; default all
  --smoke      tiny sizes and one round: shows that all of it runs, the figures say nothing
  --json       one JSON document in place of tables
  --rounds N   default 7
  --dir DIR    where the data goes, on the disk to be measured; default the system's temporary directory`;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      smoke: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      dir: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  for (const name of positionals) {
    if (!Object.hasOwn(subjects, name))
      throw new TypeError(`No subject ${JSON.stringify(name)}; there are: ${subjectNames.join(', ')}`);
  }
  const rounds = values.rounds ?? (values.smoke ? '1' : '7');
  if (!/^[1-9]\d{0,3}$/.test(rounds))
    throw new TypeError(`--rounds takes a whole number from 1 on, not ${JSON.stringify(rounds)}`);
  return {
    ...values,
    rounds: Number(rounds),
    directory: resolve(values.dir),
    chosen: positionals.length > 0 ? positionals : subjectNames,
  };
}

/**
 * Runs subjects in a process of their own and tells of each as soon as it has been measured. One subject a process where figures count; in a smoke
 * run, where they do not, all in one.
 */
function runSubjects(names, { directory, smoke, rounds }, tell) {
  const options = { names, directory, smoke, rounds, isTerminal: process.stderr.isTTY };
  const file = fileURLToPath(new URL('harness/subject-process.mjs', import.meta.url));
  const child = fork(file, [JSON.stringify(options)], { execArgv: ['--expose-gc'], stdio: ['ignore', 2, 2, 'ipc'] });
  return new Promise((settle, reject) => {
    const missing = [...names];
    child.on('message', (report) => {
      missing.shift();
      tell(report);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (missing.length === 0 && code === 0) settle();
      else reject(new Error(`${missing[0] ?? names.at(-1)} ended with ${signal ?? `status ${code}`}`));
    });
  });
}

async function main(options) {
  mkdirSync(options.directory, { recursive: true });
  const machine = describeMachine(options.directory);
  if (!options.json) printHead(machine, options);
  const reports = [];
  for (const names of options.smoke ? [options.chosen] : options.chosen.map((name) => [name])) {
    await runSubjects(names, options, (report) => {
      reports.push(report);
      if (!options.json) printSubject(report, !options.smoke);
    });
  }
  if (!options.json) return options.smoke ? undefined : printSummary(reports);
  console.log(JSON.stringify({ machine, smoke: options.smoke, rounds: options.rounds, subjects: reports }, null, 2));
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
