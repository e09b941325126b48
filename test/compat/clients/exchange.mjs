/**
 * The records that every client writes and reads: one for each corner that a record has. A client that cannot write one of them says which
 * by `cannotWrite`; reading, it must take them all.
 */
import { Random } from '../kafka/workload.mjs';

/** 2025-10-09T08:53:20Z; a record a second, and one that is out of order. */
export const FIRST_TIMESTAMP = 1_760_000_000_000;
const EVERY_BYTE = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i));
const random = new Random(5);

const bytes = (text) => (text === null ? null : Buffer.from(text));

/** `corner` names what is special, for `cannotWrite`. */
const corners = [
  { corner: 'plain', key: 'k-1', value: 'hello', headers: [['source', bytes('web')]] },
  { corner: 'null key', key: null, value: 'no key' },
  { corner: 'empty key', key: '', value: 'an empty key' },
  { corner: 'null value', key: 'k-2', value: null },
  { corner: 'empty value', key: 'k-3', value: '' },
  { corner: 'null key and value', key: null, value: null },
  { corner: 'every byte', key: EVERY_BYTE, value: EVERY_BYTE },
  {
    corner: 'headers of one name',
    key: 'k-4',
    value: 'in their order',
    headers: [
      ['a', bytes('1')],
      ['a', bytes('2')],
      ['b', bytes('3')],
    ],
  },
  { corner: 'header of null', key: 'k-5', value: 'a header without a value', headers: [['none', null]] },
  { corner: 'empty header', key: 'k-6', value: 'a header with an empty value', headers: [['empty', bytes('')]] },
  { corner: 'header of bytes', key: 'k-7', value: 'bytes', headers: [['Mühle', EVERY_BYTE]] },
  { corner: 'value that packs', key: 'k-8', value: 'mill race '.repeat(2000) },
  {
    corner: 'value of noise',
    key: 'k-9',
    value: Buffer.from(Uint8Array.from({ length: 9000 }, () => random.below(256))),
  },
  { corner: 'late timestamp', key: 'k-10', value: 'written long ago', ago: 3_600_000 },
  { corner: 'plain', key: 'k-11', value: 'the last' },
];

/** Without what the client cannot write. */
export function exchangedRecords(cannotWrite = []) {
  return corners.flatMap(({ corner, key, value, headers = [], ago = 0 }, i) => {
    if (cannotWrite.includes(corner)) return [];
    return [{ key: bytes(key), value: bytes(value), headers, timestamp: FIRST_TIMESTAMP + 1000 * i - ago }];
  });
}

export const CORNERS = [...new Set(corners.map(({ corner }) => corner))];

/** Many small ones, so that they make many batches. */
export function numberedRecords(count, { from = 0, size = 40 } = {}) {
  return Array.from({ length: count }, (_, i) => ({
    key: bytes(`key-${(from + i) % 97}`),
    value: bytes(`${from + i} `.padEnd(size, 'mill ')),
    headers: [],
    timestamp: FIRST_TIMESTAMP + from + i,
  }));
}

function shown(part) {
  if (part === null || part === undefined) return 'null';
  return part.length > 40
    ? `${part.length} bytes, ${part.subarray(0, 16).toString('hex')}...`
    : JSON.stringify(part.toString('latin1'));
}

function sameBytes(a, b) {
  return a === null || b === null ? a === b : a.equals(b);
}

/** Where the records that were found differ from those that were written, as a sentence; null if they do not. Compared byte by byte. */
export function difference(expected, found, { timestamps = true } = {}) {
  for (const [i, record] of expected.entries()) {
    const other = found[i];
    if (other === undefined) return `record ${i} is missing: ${found.length} of ${expected.length}`;
    for (const part of ['key', 'value']) {
      if (!sameBytes(record[part], other[part]))
        return `record ${i}: ${part} ${shown(other[part])}, expected ${shown(record[part])}`;
    }
    if (timestamps && record.timestamp !== other.timestamp)
      return `record ${i}: timestamp ${other.timestamp}, expected ${record.timestamp}`;
    const same =
      record.headers.length === other.headers.length &&
      record.headers.every(([name, value], j) => name === other.headers[j][0] && sameBytes(value, other.headers[j][1]));
    if (!same) return `record ${i}: headers ${showHeaders(other.headers)}, expected ${showHeaders(record.headers)}`;
  }
  return found.length === expected.length ? null : `${found.length} records, expected ${expected.length}`;
}

function showHeaders(headers) {
  return headers.map(([name, value]) => `${name}=${shown(value)}`).join(' ') || 'none';
}
