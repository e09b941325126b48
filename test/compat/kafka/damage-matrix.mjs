/**
 * The same damage to two copies of a small log: Kafka recovers one, we recover the other, and both must end with the same
 * offset and the same bytes. So Kafka says what recovery is, not we.
 */
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { batchesOf, logsOf } from './damage.mjs';

/** Turns bits of one byte of a file. */
export function flip(path, position, mask) {
  const bytes = readFileSync(path);
  bytes[position] ^= mask;
  writeFileSync(path, bytes);
}

/** Bytes of a batch that its checksum does not cover, and that Kafka's recovery believes whatever they are. */
const BASE_OFFSET = [0, 7];
const LEADER_EPOCH = [12, 15];
const MAGIC = 16;

/** Header fields by the position of one of their bytes, and a record's bytes. */
const COVERED = [8, 9, 10, 11, 17, 20, 21, 22, 23, 26, 27, 34, 35, 42, 43, 50, 51, 53, 56, 57, 60, 61, 62, 66];

/** What every case knows of the log: its files by name and its batches. */
function survey(directory) {
  const logs = logsOf(directory);
  const batches = logs.map((name) => batchesOf(join(directory, name)));
  const filled = batches.findLastIndex((list) => list.length > 0);
  const middle = filled >> 1;
  return {
    last: { name: logs[filled], batch: batches[filled].at(-1) },
    middle: { name: logs[middle], batch: batches[middle][batches[middle].length >> 1] },
    first: { name: logs[0], batch: batches[0][0] },
    sealed: logs[0].slice(0, -4),
    active: logs[filled].slice(0, -4),
  };
}

function* flips(places) {
  for (const [where, { name, batch }] of Object.entries(places)) {
    for (const byte of [...COVERED, batch.size - 1]) {
      const damage = (directory) => flip(join(directory, name), batch.position + byte, 0x01);
      yield { name: `a bit of byte ${byte} of the ${where} batch`, damage };
    }
    const sign = (directory) => flip(join(directory, name), batch.position + 8, 0x80);
    yield { name: `a negative length of the ${where} batch`, damage: sign };
  }
}

function* tails({ name, batch }) {
  // Every length of a header, then every seventh byte of the records, and all but the last byte.
  for (let size = 0; size < batch.size; size += size < 70 ? 1 : Math.min(7, Math.max(1, batch.size - 1 - size))) {
    const damage = (directory) => truncateSync(join(directory, name), batch.position + size);
    yield { name: `only ${size} bytes of the last batch`, damage };
  }
  for (const size of [1, 8, 11, 12, 16, 17, 60, 61, 5000]) {
    const zeros = (directory) => appendFileSync(join(directory, name), Buffer.alloc(size));
    yield { name: `${size} zero bytes after the last batch`, damage: zeros };
    const ones = (directory) => appendFileSync(join(directory, name), Buffer.alloc(size, 0xff));
    yield { name: `${size} bytes of ones after the last batch`, damage: ones };
  }
  const half = (directory) => {
    const path = join(directory, name);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, batch.position + (batch.size >> 1)));
  };
  yield { name: 'zeros in the second half of the last batch', damage: half };
}

function* indexes({ sealed, active }) {
  for (const [which, base] of Object.entries({ sealed, active })) {
    for (const suffix of ['.index', '.timeindex']) {
      const change = {
        deleted: (path) => rmSync(path),
        emptied: (path) => truncateSync(path, 0),
        'of zeros': (path) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
        'extended by zeros': (path) => appendFileSync(path, Buffer.alloc(4800)),
        'extended by an odd byte': (path) => appendFileSync(path, 'x'),
        'cut short by a byte': (path) => truncateSync(path, Math.max(0, statSync(path).size - 1)),
        'of noise': (path) => writeFileSync(path, Buffer.alloc(48, 0xa7)),
      };
      for (const [how, alter] of Object.entries(change)) {
        const damage = (directory) => alter(join(directory, `${base}${suffix}`));
        yield { name: `the ${which} segment's ${suffix} ${how}`, damage };
      }
    }
  }
}

/** Damage to the directory rather than to bytes: files that are missing, empty, left over or not what their name says. */
function* files(directory) {
  const logs = logsOf(directory);
  const middle = logs[logs.length >> 1];
  const remove = (...suffixes) =>
    function (copy) {
      for (const name of readdirSync(copy))
        if (suffixes.some((suffix) => name.endsWith(suffix))) rmSync(join(copy, name));
    };
  const put = (name, bytes) => (copy) => writeFileSync(join(copy, name), bytes);
  const noise = Buffer.alloc(100, 0xa7);
  yield { name: 'no index at all', damage: remove('.index', '.timeindex') };
  yield { name: 'nothing but logs', damage: remove('index', '.snapshot', 'checkpoint') };
  yield { name: 'a middle segment cut inside a batch', damage: (copy) => truncateSync(join(copy, middle), 100) };
  yield { name: 'a middle segment with noise behind it', damage: (copy) => appendFileSync(join(copy, middle), noise) };
  yield { name: 'a middle segment without its log', damage: (copy) => rmSync(join(copy, middle)) };
  yield { name: 'a middle segment with an empty log', damage: (copy) => truncateSync(join(copy, middle), 0) };
  yield { name: 'the last segment with an empty log', damage: (copy) => truncateSync(join(copy, logs.at(-1)), 0) };
  yield { name: 'an index without a log', damage: put('00000000000000099999.index', noise) };
  yield { name: 'a snapshot of noise', damage: put(logs.at(-1).replace('.log', '.snapshot'), noise) };
  yield { name: 'a removed segment that is still there', damage: put(`${logs[0]}.deleted`, noise) };
  yield { name: 'a cleaned segment that never took its place', damage: put(`${logs[0]}.cleaned`, noise) };
  yield { name: 'no leader epochs', damage: remove('leader-epoch-checkpoint') };
}

/** Cases in which both must agree. */
export function* agreedCases(directory) {
  const { last, middle, first, sealed, active } = survey(directory);
  yield { name: 'nothing at all', damage: () => undefined };
  yield* flips({ last, middle, first });
  yield* tails(last);
  yield* indexes({ sealed, active });
  yield* files(directory);
}

/**
 * Cases in which we differ on purpose. `end`: where our log must end.
 *
 * What the checksum does not cover is compared with the batch before, and a batch that contradicts it ends the log; Kafka keeps such a batch, or
 * drops its whole segment. Zeros behind a segment are bytes that were reserved and not written, so what follows stays if no offset
 * is missing; Kafka removes it. Epochs that cannot be read are taken from the batches; Kafka refuses to start.
 */
export function* differingCases(directory) {
  const { last, middle } = survey(directory);
  for (const [where, { name, batch }] of Object.entries({ last, middle })) {
    const end = batch.baseOffset;
    const at = (copy) => join(copy, name);
    const bit = (byte, mask) => (copy) => flip(at(copy), batch.position + byte, mask);
    yield { name: `a negative base offset of the ${where} batch`, end, damage: bit(BASE_OFFSET[0], 0x80) };
    yield { name: `magic 3 of the ${where} batch`, end, damage: bit(MAGIC, 0x01) };
    const zeroed = (copy) => zero(at(copy), batch.position, BASE_OFFSET);
    yield { name: `base offset 0 of the ${where} batch`, end, damage: zeroed };
  }
  const backwards = (copy) => setEpochs(copy, middle);
  yield { name: 'a leader epoch that falls', end: middle.batch.baseOffset, damage: backwards };
  const end = last.batch.lastOffset + 1;
  const zeros = (copy) => appendFileSync(join(copy, middle.name), Buffer.alloc(200));
  yield { name: 'a middle segment with zeros behind it', end, damage: zeros };
  const noise = (copy) => writeFileSync(join(copy, 'leader-epoch-checkpoint'), 'not a checkpoint');
  yield { name: 'leader epochs of noise', end, damage: noise };
}

function zero(path, position, [from, to]) {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0, position + from, position + to + 1));
}

/** Epoch 5 from the first batch on, except for one in the middle. */
function setEpochs(directory, except) {
  for (const name of logsOf(directory)) {
    const path = join(directory, name);
    const bytes = readFileSync(path);
    for (const batch of batchesOf(path)) {
      const isOld = name === except.name && batch.position === except.batch.position;
      bytes.writeInt32BE(isOld ? 4 : 5, batch.position + LEADER_EPOCH[0]);
    }
    writeFileSync(path, bytes);
  }
}
