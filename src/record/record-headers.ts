/** The headers of a record as they are read: decoded when asked for, since few readers do. */
import { MillraceError } from '../errors.ts';
import { showPlace } from './byte-window.ts';
import type { RecordSource } from './record-source.ts';
import { sourceView } from './record-source.ts';
import { VarintReader } from './varint.ts';

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

const NONE: readonly RecordHeader[] = Object.freeze([]);

/** Decodes the headers in [position, end); throws `ERR_MILLRACE_CORRUPT` unless they fill it exactly. */
export function readHeaders(source: RecordSource, position: number, end: number): readonly RecordHeader[] {
  const reader = new VarintReader(source.bytes, position, end);
  const count = reader.readVarint();
  if (count === 0 && reader.position === end) return NONE;
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i++) {
    const keySize = reader.readVarint();
    const keyPosition = reader.position;
    if (keySize < 0 || keySize > end - keyPosition)
      throw malformed(source, keyPosition, `a header name of ${keySize} bytes`);
    reader.position = keyPosition + keySize;
    const valueSize = reader.readVarint();
    const valuePosition = reader.position;
    if (valueSize > end - valuePosition) throw malformed(source, valuePosition, `a header value of ${valueSize} bytes`);
    if (valueSize > 0) reader.position = valuePosition + valueSize;
    const key = (sourceView(source, keyPosition, keySize) as Buffer).toString('utf8');
    headers.push({ key, value: sourceView(source, valuePosition, valueSize) });
  }
  if (reader.position !== end)
    throw malformed(source, reader.position, `${end - reader.position} bytes after the headers`);
  return headers;
}

function malformed(source: RecordSource, position: number, found: string): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_CORRUPT',
    `${found} at ${position} do not fit their record in the batch at offset ${source.baseOffset}, ${showPlace(source.place)}`,
    source.place,
  );
}
