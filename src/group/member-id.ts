/**
 * The id that a member of a classic group is given: the client's id or the member's instance id, so that people know it again, and a UUID behind it.
 *
 * A name of any length that a request has room for must give an id that answers and the log have room for, so a long one is cut. Kafka does not cut it, and fails to write the id.
 */
import { STRING_BYTES_MAX } from '../protocol/message-reader.ts';

export function memberIdOf(prefix: string, uuid: string): string {
  const end = `-${uuid}`;
  const room = STRING_BYTES_MAX - end.length;
  if (Buffer.byteLength(prefix) <= room) return prefix + end;
  // Never in the middle of a character.
  const { read } = new TextEncoder().encodeInto(prefix, new Uint8Array(room));
  return prefix.slice(0, read) + end;
}
