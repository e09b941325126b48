/**
 * The log below ssb-db2: records in blocks of 64 KiB, neither index nor checksum. It writes in the background once nothing was appended for
 * a while, and holds in memory what it was given until then; a round counts what was drained.
 */
import { join } from 'node:path';
import { promisify } from 'node:util';
import openLog from 'async-append-only-log';

/** Default 250: a round would be spent waiting for it. */
const WRITE_TIMEOUT_MS = 1;
/** Records between two drains: some 12 MB. */
const UNWRITTEN_MAX = 120_000;

export function open({ directory, records }) {
  const log = openLog(join(directory, 'log'), { writeTimeout: WRITE_TIMEOUT_MS });
  const values = records.map(({ value }) => value);
  let last = 0;
  let unwritten = 0;
  const finish = () => {
    unwritten = 0;
    return new Promise((settle) => log.onDrain(settle));
  };
  return {
    append() {
      log.append(values, (error, offset) => {
        if (error) throw error;
        last = offset;
      });
      unwritten += values.length;
      if (unwritten >= UNWRITTEN_MAX) return finish();
    },
    finish,
    /** Its offsets are positions in the file: that of the last record is remembered. */
    read: promisify((_sequence, done) => log.get(last, done)),
    close: promisify((done) => log.close(done)),
  };
}
