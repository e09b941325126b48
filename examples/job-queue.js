#!/usr/bin/env node
/**
 * A job queue in a log: jobs are records, and how far a worker has come is a record too, in a log of its own.
 *
 * Jobs go to a partition by their customer, so that one customer's jobs are done in order and different customers' at the same time. A position is
 * written after the work: a process that dies in between does that job again when it comes back. That is at-least-once, shown here by
 * killing the process in the middle and starting it anew. What must not happen twice is told by the job's id.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { isMillraceError, openStore } from 'millrace';

const PARTITIONS = 3;
const JOBS = 60;
const CRASH_AT = 37;
const ATTEMPTS_MAX = 3;

/** The service: takes jobs in, and works them off. It ends when nothing is left to do. */
async function serve(directory, { jobs, crashAt }) {
  const store = await openStore(directory);
  if (store.topics().length === 0) {
    await store.createTopic('jobs', { partitions: PARTITIONS });
    for (const topic of ['positions', 'performed', 'dead-letters']) await store.createTopic(topic);
  }
  const logs = {
    jobs: Array.from({ length: PARTITIONS }, (_, partition) => store.partition('jobs', partition)),
    positions: store.partition('positions', 0),
    performed: store.partition('performed', 0),
    deadLetters: store.partition('dead-letters', 0),
  };
  const positions = readPositions(logs.positions);
  const left = logs.jobs.reduce((sum, log, partition) => sum + log.endOffset - (positions.get(partition) ?? 0), 0);
  console.log(
    `  begins at positions ${logs.jobs.map((_, partition) => positions.get(partition) ?? 0).join(', ')}: ${left} jobs left`,
  );

  const stop = new AbortController();
  const workers = Promise.all(
    logs.jobs.map((_, partition) => work(logs, positions, { partition, crashAt, signal: stop.signal })),
  );
  const isDone = () => logs.jobs.every((log, partition) => (positions.get(partition) ?? 0) === log.endOffset);
  const allDone = submit(logs, jobs).then(async () => {
    while (!isDone()) await setTimeout(5);
  });
  // A worker that fails ends the service.
  await Promise.race([workers, allDone]);
  stop.abort();
  await workers;
  await store.close();
}

/** A job is taken when it is on stable storage: whoever handed it in may forget it then. Jobs that come at the same time share a flush. */
async function submit({ jobs }, count) {
  const taken = Array.from({ length: count }, (_, id) => {
    const customer = id % 7;
    const job = { id, customer: `c-${customer}`, task: `invoice ${id}` };
    return jobs[customer % PARTITIONS].append([{ key: job.customer, value: JSON.stringify(job) }]).durable;
  });
  await Promise.all(taken);
  if (count > 0) console.log(`  ${count} jobs taken, each on stable storage before it was acknowledged`);
}

/** Works one partition off, job by job, and waits for more without polling. */
async function work(logs, positions, { partition, crashAt, signal }) {
  const log = logs.jobs[partition];
  let offset = positions.get(partition) ?? log.startOffset;
  try {
    for (;;) {
      await log.waitFor(offset, { signal });
      for (const batch of await log.readAsync(offset)) {
        for (const record of batch) {
          const job = JSON.parse(record.value);
          await performWithRetries(logs, job);
          if (logs.performed.endOffset === crashAt) process.kill(process.pid, 'SIGKILL');
          offset = record.offset + 1;
          // After the work, never before: what is repeated can be recognised, what is lost cannot.
          logs.positions.append([{ key: `${partition}`, value: `${offset}` }]);
          positions.set(partition, offset);
        }
      }
    }
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_ABORTED')) throw error;
  }
}

/** A job that fails again and again goes to the dead letters, with the reason, and does not hold up those behind it. */
async function performWithRetries(logs, job) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await perform(logs, job);
    } catch (error) {
      if (attempt < ATTEMPTS_MAX) continue;
      const headers = { reason: error.message, attempts: `${attempt}` };
      logs.deadLetters.append([{ key: `${job.id}`, value: JSON.stringify(job), headers }]);
      return undefined;
    }
  }
}

/** The work itself: some milliseconds, and a trace of what was done. */
async function perform({ performed }, job) {
  await setTimeout(1);
  if (job.id === 13) throw new Error('the customer has no address');
  performed.append([{ key: `${job.id}`, value: job.task }]);
}

/** The latest position of each partition. */
function readPositions(log) {
  return new Map([...records(log)].map(({ key, value }) => [Number(key), Number(value)]));
}

/** All records of a log. */
function* records(log) {
  for (let offset = log.startOffset; offset < log.endOffset;) {
    const run = log.read(offset);
    for (const batch of run) yield* batch;
    offset = run.nextOffset;
  }
}

/** Runs the service as a process of its own; gives the signal that ended it, or null. */
function start(directory, options) {
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [script, 'serve', directory, JSON.stringify(options)], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0 || signal !== null ? resolve(signal) : reject(new Error(`ended with ${code}`)),
    );
  });
}

async function demonstrate(directory) {
  console.log('first run:');
  const signal = await start(directory, { jobs: JOBS, crashAt: CRASH_AT });
  console.log(`  killed by ${signal}, with the last job done and its position not written`);
  console.log('second run:');
  await start(directory, { jobs: 0, crashAt: -1 });

  const store = await openStore(directory, { readOnly: true });
  const performed = [...records(store.partition('performed', 0))].map(({ key }) => String(key));
  const dead = [...records(store.partition('dead-letters', 0))];
  await store.close();
  const distinct = new Set([...performed, ...dead.map(({ key }) => String(key))]).size;
  const twice = performed.length - new Set(performed).size;
  console.log('after that:');
  for (const { key, headers } of dead) console.log(`  job ${key} is a dead letter: ${headers[0].value}`);
  console.log(`  ${JOBS} jobs taken, ${JOBS - distinct} lost, ${twice} done twice`);
  if (distinct !== JOBS) process.exitCode = 1;
}

const [command, directory, options] = process.argv.slice(2);
if (command === 'serve') {
  await serve(directory, JSON.parse(options));
} else {
  const temporary = mkdtempSync(join(tmpdir(), 'millrace-job-queue-'));
  try {
    await demonstrate(temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
