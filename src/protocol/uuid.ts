/** Kafka's ids on the wire: 16 bytes, in a program 22 characters of URL-safe base64. */

/** No id: what the field of a topic that has none holds. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

export const UUID_SIZE = 16;

/** 128 bits are 21 characters and two bits of one more. */
const form = /^[\w-]{21}[AQgw]$/;

export function isUuidText(text: unknown): text is string {
  return typeof text === 'string' && form.test(text);
}

/** The id at `position`; the caller has seen that it is all there. */
export function readUuid(bytes: Buffer, position: number): string {
  for (let i = position; i < position + UUID_SIZE; i++) {
    if (bytes[i] !== 0) return bytes.toString('base64url', position, position + UUID_SIZE);
  }
  return ZERO_UUID;
}

/** Writes an id that `isUuidText`, where there is room for it. */
export function writeUuid(bytes: Buffer, position: number, id: string): void {
  if (id === ZERO_UUID) bytes.fill(0, position, position + UUID_SIZE);
  else bytes.write(id, position, UUID_SIZE, 'base64url');
}
