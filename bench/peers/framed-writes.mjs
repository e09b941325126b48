/** A floor: length and value of each record into one buffer, one `fs.writeSync` an append. No index, no checksum, no timestamps. */
import fs from 'node:fs';
import { join } from 'node:path';

const LENGTH_SIZE = 4;

export function open({ directory, records }) {
  const fd = fs.openSync(join(directory, 'log'), 'w+');
  const step = LENGTH_SIZE + records[0].value.length;
  const buffer = Buffer.alloc(step * records.length);
  return {
    append() {
      let at = 0;
      for (const { value } of records) {
        buffer.writeUInt32BE(value.length, at);
        value.copy(buffer, at + LENGTH_SIZE);
        at += LENGTH_SIZE + value.length;
      }
      fs.writeSync(fd, buffer, 0, at);
    },
    read(sequence) {
      const frame = Buffer.alloc(step);
      fs.readSync(fd, frame, 0, step, sequence * step);
      return frame.subarray(LENGTH_SIZE, LENGTH_SIZE + frame.readUInt32BE());
    },
    close: () => fs.closeSync(fd),
  };
}
