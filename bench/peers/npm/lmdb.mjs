/**
 * LMDB, by lmdb-js: one write transaction an append, keyed by sequence number. Settings are the fastest that we found: no flush, a writable
 * mapping, and MDB_APPEND, which spares the search for a key that is larger than all others.
 */
import { join } from 'node:path';
import { open as openDatabase } from 'lmdb';

export function open({ directory, records }) {
  const database = openDatabase({
    path: join(directory, 'data.mdb'),
    keyEncoding: 'uint32',
    encoding: 'binary',
    noSync: true,
    useWritemap: true,
  });
  let next = 0;
  const putAll = () => {
    for (const { value } of records) database.putSync(next++, value, { append: true });
  };
  return {
    append() {
      database.transactionSync(putAll);
    },
    read: (sequence) => database.get(sequence),
    close: () => database.close(),
  };
}
