/** The order of topic ids in Kafka's Uuid.compareTo: that of two signed 64-bit numbers. */
import { UUID_SIZE } from '../../protocol/uuid.ts';

const HALF_SIZE = UUID_SIZE / 2;
const SIGN = 0x80;

/** Bytes whose order is that of the ids. */
export function topicIdOrder(topicId: string): Buffer {
  const bytes = Buffer.from(topicId, 'base64url');
  bytes[0] ^= SIGN;
  bytes[HALF_SIZE] ^= SIGN;
  return bytes;
}
