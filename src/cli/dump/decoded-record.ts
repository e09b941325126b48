/**
 * What a decoder says of a record, in the words of Kafka's DumpLogSegments: `{"type":"1","data":{…}}` as the key and `{"version":"3","data":{…}}` as the
 * payload. Fields have the names of Kafka's schemas, those at the default of a tagged field are left out.
 */
import { isMillraceError } from '../../errors.ts';
import { jsonText } from '../json-text.ts';

export interface DecodedRecord {
  readonly key: { readonly type: string; readonly data: object };
  /** Null: the record is a tombstone. */
  readonly value: { readonly version: string; readonly data: object } | null;
}

/** A record that is not decoded, and why in a sentence. */
export interface UndecodedRecord {
  readonly undecoded: string;
}

export type RecordDecoder = (key: Buffer | null, value: Buffer | null) => DecodedRecord | UndecodedRecord;

export function decoded(key: Buffer, data: object, value: Buffer | null, fields: object | null): DecodedRecord {
  return {
    key: { type: String(key.readInt16BE(0)), data },
    value: value === null || fields === null ? null : { version: String(value.readInt16BE(0)), data: fields },
  };
}

/** A decoder that says of damage what it is. */
export function careful(decode: (key: Buffer, value: Buffer | null) => DecodedRecord | UndecodedRecord): RecordDecoder {
  return (key, value) => {
    if (key === null) return { undecoded: 'no key' };
    try {
      return decode(key, value);
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT') && !isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE'))
        throw error;
      return { undecoded: error.message };
    }
  };
}

/** As people read it, on one line. */
export function humanDecoded(record: DecodedRecord): string {
  const payload = record.value === null ? '<DELETE>' : jsonText(record.value);
  return `key: ${jsonText(record.key)} payload: ${payload}`;
}
