/**
 * The command line as its users meet it, from the start of the process to its end: `consume` beside `cat` of a file that has the same bytes, into
 * a file and through a pipe; `produce` beside the same records appended without a command line. And `verify`, without the process around it, beside
 * the checksum of the same bytes, read in the same pieces. Output goes to the page cache; what `produce` writes is on stable storage at the end.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'millrace';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { SCAN_CHUNK_BYTES } from '#millrace/limits.js';
import { native } from '#millrace/native.js';
import { verifyStore } from '#millrace/store/store-verification.js';
import { fill, KIB, makeRecords, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const millrace = fileURLToPath(import.meta.resolve('#millrace/cli/main.js'));
const RECORDS = 1024;
const SMALL = 100;

export async function measure(context) {
  const bytes = context.pick(1024 * MIB, 2 * MIB);
  const at = (name) => join(context.directory, name);
  const records = makeLines();
  fs.writeFileSync(at('values.txt'), '');
  for (let i = 0; i < bytes; i += RECORDS * KIB) fs.appendFileSync(at('values.txt'), records.text);
  const appendLines = (log) => {
    for (let i = 0; i < bytes; i += RECORDS * KIB) log.append(records.values);
  };
  const large = await filled(at('large'), appendLines);
  const small = await filled(at('small'), (log) => fill(log, makeRecords(RECORDS, SMALL), bytes / 4));
  // So that nothing written before is written out meanwhile.
  execFileSync('sync');

  const consume = [process.execPath, millrace, 'consume', 'bench', '--data', large];
  const figures = await inRounds(context, {
    cat: () => bytesASecond(bytes, ['cat', at('values.txt')], at('out')),
    consume: () => bytesASecond(bytes, consume, at('out')),
    catPiped: () => bytesASecond(bytes, ['cat', at('values.txt')]),
    consumePiped: () => bytesASecond(bytes, consume),
    node: () => timeOf([process.execPath, '-e', '0']),
    start: () => timeOf([...consume, '--max', '1']),
    produce: () => produceRate(at('produced'), at('values.txt'), bytes),
    append: () => appendRate(at('appended'), appendLines, bytes),
    verifyLarge: () => verifyRate(large),
    checksumLarge: () => checksumRate(large),
    verifySmall: () => verifyRate(small),
    checksumSmall: () => checksumRate(small),
  });

  const rate = (what, of, baseline, against, mark = null) =>
    finding({
      what,
      unit: 'bytes/s',
      figures: figures[of],
      baseline: { what: baseline, figures: figures[against] },
      mark,
    });
  const half = { of: 'ratio', atLeast: 0.5 };
  const checksum = 'CRC-32C of the same bytes, read in the same pieces';
  return {
    sizes: `${bytes / MIB} MiB in lines of ${KIB} B, ${bytes / 4 / MIB} MiB of records with values of ${SMALL} B; 1 partition`,
    findings: [
      rate('consume into a file', 'consume', 'cat', 'cat', half),
      rate('consume into a pipe', 'consumePiped', 'cat', 'catPiped', half),
      finding({
        what: 'consume of 1 record',
        unit: 'ms',
        figures: figures.start,
        baseline: { what: 'an empty program', figures: figures.node },
      }),
      rate('produce from a file', 'produce', 'log.append of the same, then durable', 'append', {
        of: 'ratio',
        atLeast: 1 / 3,
      }),
      rate(`verify, values of ${KIB} B`, 'verifyLarge', checksum, 'checksumLarge', half),
      rate(`verify, values of ${SMALL} B`, 'verifySmall', checksum, 'checksumSmall', half),
    ],
  };
}

/** A MiB of lines of 1 KiB with their line feeds, and the records that they are. */
function makeLines() {
  const values = makeRecords(RECORDS, KIB - 1).map(({ value }) => {
    const text = value.map((byte) => (byte & 0x3f) + 0x30);
    return { value: text };
  });
  const text = Buffer.concat(values.flatMap(({ value }) => [value, Buffer.from('\n')]));
  return { values, text };
}

async function filled(path, append) {
  const store = await openStore(path);
  await store.createTopic('bench');
  append(store.partition('bench', 0));
  await store.close();
  return path;
}

/** Milliseconds from start to end. With `out` the output goes there, else through a pipe to a process that reads it and drops it. */
function timeOf(command, out) {
  const began = performance.now();
  if (out === undefined) {
    const piped = spawnSync('sh', ['-c', '"$@" | cat > /dev/null', 'sh', ...command], {
      stdio: ['ignore', 'ignore', 2],
    });
    if (piped.status !== 0) throw new Error(`a pipe from ${command.join(' ')} ended with ${piped.status}`);
  } else {
    const file = fs.openSync(out, 'w');
    execFileSync(command[0], command.slice(1), { stdio: ['ignore', file, 2] });
    fs.closeSync(file);
  }
  return performance.now() - began;
}

function bytesASecond(bytes, command, out) {
  if (out !== undefined) fs.rmSync(out, { force: true });
  const rate = (bytes * 1000) / timeOf(command, out);
  if (out !== undefined && fs.statSync(out).size < bytes)
    throw new Error(`${command.join(' ')} wrote ${fs.statSync(out).size} of ${bytes} bytes`);
  return rate;
}

function produceRate(path, input, bytes) {
  const began = performance.now();
  execFileSync(process.execPath, [millrace, 'produce', 'bench', input, '--data', path, '--create'], {
    stdio: 'ignore',
  });
  const elapsed = performance.now() - began;
  fs.rmSync(path, { recursive: true });
  return (bytes * 1000) / elapsed;
}

async function appendRate(path, append, bytes) {
  const began = performance.now();
  await filled(path, append);
  const elapsed = performance.now() - began;
  fs.rmSync(path, { recursive: true });
  return (bytes * 1000) / elapsed;
}

async function verifyRate(path) {
  const system = new DiskFileSystem();
  const began = performance.now();
  const events = verifyStore(system, path);
  let event = await events.next();
  while (!event.done) event = await events.next();
  const elapsed = performance.now() - began;
  system.close();
  const { bytes, findings } = event.value;
  if (findings > 0) throw new Error(`verify found ${findings} faults in a store that has none`);
  return (bytes * 1000) / elapsed;
}

function checksumRate(path) {
  const buffer = Buffer.allocUnsafeSlow(SCAN_CHUNK_BYTES);
  const directory = join(path, 'bench-0');
  const began = performance.now();
  let bytes = 0;
  for (const name of fs.readdirSync(directory).filter((each) => each.endsWith('.log'))) {
    const file = native.open(join(directory, name), 'r');
    let position = 0;
    for (let size = -1; size !== 0; position += size) {
      size = native.read(file, name, buffer, 0, buffer.length, position);
      native.crc32c(buffer, 0, size);
    }
    native.close(file, name);
    bytes += position;
  }
  return (bytes * 1000) / (performance.now() - began);
}
