/**
 * Opening a store of 10,000 partitions, each with a record, in a fresh process, and touching each: time, and memory that became resident.
 * Beside it, what the file system alone takes for it: listing each partition's directory, and opening its log and asking for its size.
 */
import { fork } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'millrace';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const PER_TOPIC = 100;

export async function measure(context) {
  const count = context.pick(10_000, 100);
  const path = join(context.directory, 'store');
  await makeStore(path, count);
  const opened = [];
  const figures = await inRounds(context, {
    store: async () => opened.push(await openInProcess(path, count)),
    files: () => walkFiles(path),
  });
  // The first is the round that does not count.
  const of = (part) => opened.slice(-context.rounds).map((figure) => figure[part]);
  const files = { what: 'readdir, open, fstat and close of each log', figures: figures.files };
  const row = (what, part, mark) => finding({ what, unit: 'ms', figures: of(part), baseline: files, mark });
  return {
    sizes: `${count} partitions of ${count / PER_TOPIC} topics, a record in each; a fresh process a round`,
    findings: [
      row('openStore', 'openMs'),
      row('openStore, and each partition touched', 'totalMs', context.smoke ? null : { of: 'value', atMost: 2000 }),
      finding({
        what: 'memory of a partition',
        unit: 'KiB',
        figures: of('bytes').map((bytes) => Math.max(bytes, 1) / count / 1024),
        baseline: { what: 'the mark itself', figures: of('bytes').map(() => 20) },
        mark: context.smoke ? null : { of: 'value', atMost: 20 },
      }),
    ],
  };
}

async function makeStore(path, count) {
  const store = await openStore(path);
  for (let topic = 0; topic < count / PER_TOPIC; topic++) {
    const name = `topic-${topic}`;
    await store.createTopic(name, { partitions: PER_TOPIC });
    for (let i = 0; i < PER_TOPIC; i++) store.partition(name, i).append([{ key: 'k', value: 'v' }]);
  }
  await store.close();
}

function openInProcess(path, count) {
  const file = fileURLToPath(new URL('harness/opener.mjs', import.meta.url));
  const options = { execArgv: ['--expose-gc'], stdio: ['ignore', 2, 2, 'ipc'] };
  const child = fork(file, [path, String(count)], options);
  return new Promise((settled, failed) => {
    child.once('message', settled);
    child.once('error', failed);
    child.once('exit', (code, signal) => failed(new Error(`the opener ended with ${signal ?? `status ${code}`}`)));
  });
}

function walkFiles(path) {
  const began = performance.now();
  for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    for (const name of fs.readdirSync(join(path, entry.name))) {
      if (!name.endsWith('.log')) continue;
      const fd = fs.openSync(join(path, entry.name, name));
      fs.fstatSync(fd);
      fs.closeSync(fd);
    }
  }
  return performance.now() - began;
}
