import { describe, expect, test } from 'vitest';
import * as format from '#millrace/record/batch-format.js';
import { BATCH_HEADER_SIZE } from '#millrace/limits.js';

describe('the layout of a batch', () => {
  test('the fields follow one another without gaps, up to the records', () => {
    const fields: [number, number][] = [
      [format.BASE_OFFSET, 8],
      [format.BATCH_LENGTH, 4],
      [format.LEADER_EPOCH, 4],
      [format.MAGIC, 1],
      [format.CRC, 4],
      [format.ATTRIBUTES, 2],
      [format.LAST_OFFSET_DELTA, 4],
      [format.BASE_TIMESTAMP, 8],
      [format.MAX_TIMESTAMP, 8],
      [format.PRODUCER_ID, 8],
      [format.PRODUCER_EPOCH, 2],
      [format.BASE_SEQUENCE, 4],
      [format.RECORD_COUNT, 4],
    ];
    let position = 0;
    for (const [field, size] of fields) {
      expect(field).toBe(position);
      position += size;
    }
    expect(format.RECORDS).toBe(position);
    expect(BATCH_HEADER_SIZE).toBe(position);
  });

  test('no attribute bit has two meanings', () => {
    const bits = [
      format.COMPRESSION_MASK,
      format.LOG_APPEND_TIME_BIT,
      format.TRANSACTIONAL_BIT,
      format.CONTROL_BIT,
      format.DELETE_HORIZON_BIT,
    ];
    expect(bits.reduce((sum, bit) => sum + bit)).toBe(bits.reduce((all, bit) => all | bit));
    expect(bits.reduce((all, bit) => all | bit)).toBe(0x7f);
  });
});
