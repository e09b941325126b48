#!/usr/bin/env node
/**
 * The benchmarks: `npm run bench`, or some of them by name. Each figure stands beside a baseline that was measured in the same rounds, and
 * beside the mark that it must reach. A missed mark is a result and no failure of the run.
 */
import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runBenchmark } from './harness/command-line.mjs';
import { describeMachine } from './harness/machine.mjs';
import { printHead, printSubject, printSummary } from './harness/report.mjs';
import { subjects } from './harness/subjects.mjs';

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

await runBenchmark({ script: 'bench', noun: 'subject', names: Object.keys(subjects) }, main);
