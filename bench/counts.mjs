/**
 * What can be counted, and so does not hang on the machine: system calls that an append makes, on the writer's thread and on all, by strace;
 * and garbage collections over many appends and reads, by Node's own account.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PerformanceObserver, constants } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from 'millrace';
import { eachBatch, makeRecords } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';

export async function measure(context) {
  const appends = context.pick(10_000, 500);
  const sizes = `${appends} appends of 150 records of 100 B`;
  const collections = await countCollections(context, appends);
  const traced = traceAppends(context, 'millrace', appends);
  if (traced.problem !== undefined) {
    return { sizes, skipped: `system calls are counted by strace, and ${traced.problem}. ${collections}` };
  }
  const written = traceAppends(context, 'writeSync', appends);
  const row = (what, part) =>
    finding({
      what,
      unit: 'calls',
      figures: [(total(traced[part]) * 1000) / appends],
      baseline: { what: 'fs.writeSync, batch by batch', figures: [(total(written[part]) * 1000) / appends] },
    });
  return {
    sizes,
    findings: [
      row("system calls of 1,000 appends, writer's thread", 'own'),
      row('system calls of 1,000 appends, all threads', 'all'),
    ],
    notes: [`on the writer's thread: ${list(traced.own)}`, `on all threads: ${list(traced.all)}`, collections],
  };
}

/** System calls between the marks, by name: on the thread that appends, and on all. Or why they could not be counted. */
function traceAppends(context, way, appends) {
  const trace = join(context.directory, `${way}.trace`);
  const script = fileURLToPath(new URL('harness/counted-appends.mjs', import.meta.url));
  const command = ['-f', '-qq', '-o', trace, process.execPath, script, way, context.directory, String(appends)];
  const ended = spawnSync('strace', command, { encoding: 'utf8', timeout: 300_000 });
  if (ended.error?.code === 'ENOENT') return { problem: 'there is none here' };
  if (ended.status !== 0) return { problem: `it did not work: ${(ended.stderr || String(ended.error)).trim()}` };

  const [own, all] = [new Map(), new Map()];
  let writer = null;
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    // `thread name(arguments) = result`; signals, ends of threads, and the second half of a call that was cut in two are other lines.
    const call = /^(\d+) +(\w+)\(/.exec(line);
    if (call === null) continue;
    const [, thread, name] = call;
    if (line.includes('mark-begin')) writer = thread;
    else if (line.includes('mark-end')) return { own, all };
    else if (writer !== null) {
      all.set(name, (all.get(name) ?? 0) + 1);
      if (thread === writer) own.set(name, (own.get(name) ?? 0) + 1);
    }
  }
  return { problem: 'its trace lacks the marks' };
}

function total(calls) {
  return Array.from(calls.values()).reduce((sum, count) => sum + count, 0);
}

function list(calls) {
  const sorted = Array.from(calls).sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}

/** A sentence about the garbage collections of as many appends, and of walking all of it with each value made a view. */
async function countCollections(context, appends) {
  const store = await openStore(join(context.directory, 'collections'));
  await store.createTopic('collected');
  const log = store.partition('collected', 0);
  const records = makeRecords(150, 100);
  const appended = await collectionsOf(() => {
    for (let i = 0; i < appends; i++) log.append(records);
  });
  const read = await collectionsOf(() => {
    let size = 0;
    eachBatch(log, (batch) => {
      for (const { value } of batch) size += value.length;
    });
    if (size !== appends * 150 * 100) throw new Error(`values of ${size} bytes`);
  });
  await store.close();
  return `garbage collections: ${appended} for the appends; ${read} for reading all of them with each value a view`;
}

async function collectionsOf(work) {
  let [minor, major, ms] = [0, 0, 0];
  const observer = new PerformanceObserver((entries) => {
    for (const { detail, duration } of entries.getEntries()) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) minor++;
      else major++;
      ms += duration;
    }
  });
  globalThis.gc();
  observer.observe({ type: 'gc' });
  work();
  // Entries are handed over in a later turn.
  await setImmediate();
  await setImmediate();
  observer.disconnect();
  return `${minor} minor and ${major} major in ${ms.toFixed(1)} ms`;
}
