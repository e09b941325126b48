/**
 * Appends that are counted from outside: `node counted-appends.mjs WAY PATH COUNT`, where WAY is `millrace` or `writeSync`. Before and after
 * the appends it asks for a file that is not there, which marks the place in a trace of its system calls.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'millrace';
import { fill, makeRecords, MIB } from './data.mjs';

const [way, path, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const mark = (word) => fs.existsSync(join(path, `mark-${word}`));
const records = makeRecords(150, 100);
const store = await openStore(join(path, 'store'));
if (!store.topics().some(({ name }) => name === 'counted')) await store.createTopic('counted');
const log = store.partition('counted', 0);
// Past the small steps of a log's beginning.
fill(log, records, 4 * MIB);

if (way === 'millrace') {
  mark('begin');
  for (let i = 0; i < count; i++) log.append(records);
  mark('end');
} else {
  const bytes = Buffer.from(log.read(0, { maxBytes: 1 }).bytes);
  const fd = fs.openSync(join(path, 'written'), 'w');
  mark('begin');
  for (let i = 0; i < count; i++) fs.writeSync(fd, bytes);
  mark('end');
  fs.closeSync(fd);
}
await store.close();
