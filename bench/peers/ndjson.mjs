/** The plainest log of all: a line of JSON a record, `fs.appendFileSync` an append. No index, no checksum. */
import fs from 'node:fs';
import { join } from 'node:path';

export function open({ directory, records }) {
  const path = join(directory, 'log.ndjson');
  const lineLength = lineOf(Date.now(), records[0].value).length;
  return {
    append() {
      const timestamp = Date.now();
      let text = '';
      for (const { value } of records) text += lineOf(timestamp, value);
      fs.appendFileSync(path, text);
    },
    read(sequence) {
      const fd = fs.openSync(path);
      const bytes = Buffer.alloc(lineLength);
      fs.readSync(fd, bytes, 0, lineLength, sequence * lineLength);
      fs.closeSync(fd);
      return Buffer.from(JSON.parse(bytes.toString()).value, 'base64');
    },
    close() {},
  };
}

function lineOf(timestamp, value) {
  return `${JSON.stringify({ timestamp, value: value.toString('base64') })}\n`;
}
