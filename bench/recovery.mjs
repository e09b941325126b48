/**
 * Recovery after kill -9, against a checksum over the same bytes. A process fills a store and is killed; then its logs are recovered from
 * their beginning, as if nothing were known of them, round after round. The bytes are in memory and on disk before, so neither reading nor writing
 * the disk is timed. And: opening after a kill when everything had been checkpointed reads nothing that lies before.
 */
import { fork } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'millrace';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { SCAN_CHUNK_BYTES } from '#millrace/limits.js';
import { recoverLog } from '#millrace/log/log-recovery.js';
import { DEFAULT_LOG_SETTINGS } from '#millrace/log/log-settings.js';
import { native } from '#millrace/native.js';
import { KIB, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const PARTITIONS = 4;

export async function measure(context) {
  const bytes = context.pick(256 * MIB, 2 * MIB);
  const path = join(context.directory, 'store');
  await fillAndKill({ path, topics: { one: 1, four: PARTITIONS }, bytes, checkpoint: false });
  const one = [join(path, 'one-0')];
  const four = Array.from({ length: PARTITIONS }, (_, i) => join(path, `four-${i}`));
  settle([...one, ...four]);
  const content = [...one, ...four].map(readLog);

  const figures = await inRounds(context, {
    checksum: () => checksumRate(content),
    one: () => recoveryRate(one, sizeOf(content.slice(0, 1))),
    four: () => recoveryRate(four, sizeOf(content.slice(1))),
    open: () => openingRate(path),
  });
  const checkpointed = await openCheckpointed(context, bytes);

  const checksum = { what: 'CRC-32C over the same bytes', figures: figures.checksum };
  const row = (what, of, mark) => finding({ what, unit: 'bytes/s', figures: figures[of], baseline: checksum, mark });
  return {
    sizes: `${bytes / MIB} MiB in 1 partition and in ${PARTITIONS}, values of 100 B; recovered in full`,
    findings: [
      row('1 partition, this thread', 'one', { of: 'ratio', atLeast: 0.5 }),
      row(`${PARTITIONS} partitions, this thread`, 'four', { of: 'ratio', atLeast: 0.5 }),
      row('openStore of both, its own threads', 'open'),
      checkpointed.finding,
    ],
    notes: [checkpointed.note],
  };
}

function sizeOf(logs) {
  return logs.reduce((sum, log) => sum + log.length, 0);
}

/** Runs the writer until it has filled the store, and kills it. */
async function fillAndKill(task) {
  const file = fileURLToPath(new URL('harness/doomed-writer.mjs', import.meta.url));
  const child = fork(file, [JSON.stringify(task)], { stdio: ['ignore', 2, 2, 'ipc'] });
  const ended = new Promise((settled) => child.once('exit', (code, signal) => settled(signal ?? `status ${code}`)));
  const filled = new Promise((settled) => child.once('message', settled));
  const first = await Promise.race([filled, ended]);
  if (first !== 'filled') throw new Error(`the writer ended with ${first}`);
  child.kill('SIGKILL');
  const signal = await ended;
  if (signal !== 'SIGKILL') throw new Error(`the writer ended with ${signal}, not by SIGKILL`);
}

/** Brings what the dead process left in the page cache to the disk. */
function settle(directories) {
  for (const directory of directories) {
    for (const name of fs.readdirSync(directory)) {
      const fd = fs.openSync(join(directory, name), 'r+');
      fs.fsyncSync(fd);
      fs.closeSync(fd);
    }
  }
}

/** The one log of a partition, up to the reserved bytes behind its last batch. */
function readLog(directory) {
  const system = new DiskFileSystem();
  const { bytesRead, damage } = recover(system, directory);
  system.close();
  if (damage !== null) throw new Error(`damage after a kill: ${JSON.stringify(damage)}`);
  const bytes = fs.readFileSync(join(directory, `${'0'.repeat(20)}.log`));
  if (bytes.length === 0 || bytesRead < bytes.length)
    throw new Error(`recovery read ${bytesRead} of ${bytes.length} bytes`);
  return bytes;
}

function recover(system, directory) {
  return recoverLog(system, { directory, settings: DEFAULT_LOG_SETTINGS, recoveryPoint: 0 });
}

function recoveryRate(directories, bytes) {
  const system = new DiskFileSystem();
  const began = performance.now();
  let bytesRead = 0;
  for (const directory of directories) bytesRead += recover(system, directory).bytesRead;
  const elapsed = performance.now() - began;
  system.close();
  if (bytesRead < bytes) throw new Error(`recovery read ${bytesRead} of ${bytes} bytes`);
  return (bytes * 1000) / elapsed;
}

function checksumRate(logs) {
  const began = performance.now();
  let bytes = 0;
  for (const log of logs) {
    native.crc32c(log, 0, log.length);
    bytes += log.length;
  }
  return (bytes * 1000) / (performance.now() - began);
}

/** Opens a store that looks as if it had been killed and never been checkpointed: all of it is recovered. */
async function openingRate(path) {
  for (const name of ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint']) {
    fs.rmSync(join(path, name), { force: true });
  }
  const began = performance.now();
  const store = await openStore(path);
  const elapsed = performance.now() - began;
  const { bytesRead } = store.recovery;
  await store.close();
  if (bytesRead === 0) throw new Error('the store was opened without recovery');
  return (bytesRead * 1000) / elapsed;
}

/** Opens a store after a kill that came right after a checkpoint, beside opening it after a clean stop. */
async function openCheckpointed(context, bytes) {
  const [killed, clean] = [[], []];
  let bytesRead = 0;
  for (let round = 0; round < Math.min(context.rounds, 3); round++) {
    const path = join(context.directory, `checkpointed-${round}`);
    await fillAndKill({ path, topics: { four: PARTITIONS }, bytes, checkpoint: true });
    killed.push(
      await timeOpening(path, (store) => {
        if (store.recovery.clean) throw new Error('the store was not opened as after a kill');
        bytesRead = Math.max(bytesRead, store.recovery.bytesRead);
      }),
    );
    clean.push(
      await timeOpening(path, (store) => {
        if (!store.recovery.clean) throw new Error('the store was not opened as after a clean stop');
      }),
    );
    fs.rmSync(path, { recursive: true });
  }
  // A chunk that begins at the last indexed batch; what is more in it lies behind the recovery point.
  const isBounded = bytesRead <= PARTITIONS * SCAN_CHUNK_BYTES;
  return {
    finding: finding({
      what: 'openStore, checkpointed then killed',
      unit: 'ms',
      figures: killed,
      baseline: { what: 'openStore after a clean stop', figures: clean },
    }),
    note: `after the checkpoint ${bytesRead / KIB} KiB of ${bytes / KIB} were read: ${isBounded ? 'no more than' : 'MISSED: more than'} a chunk of ${SCAN_CHUNK_BYTES / KIB} KiB a partition, from its last indexed batch on`,
  };
}

async function timeOpening(path, check) {
  const began = performance.now();
  const store = await openStore(path);
  const elapsed = performance.now() - began;
  check(store);
  await store.close();
  return elapsed;
}
