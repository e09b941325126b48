/**
 * LevelDB, by classic-level: one chained batch an append, keyed by sequence number. No compression, since the values are random bytes, and a
 * memory table that a round does not fill, so that no table is sorted meanwhile.
 */
import { ClassicLevel } from 'classic-level';

const MIB = 2 ** 20;

export async function open({ directory, records }) {
  const encodings = { keyEncoding: 'buffer', valueEncoding: 'buffer' };
  const database = new ClassicLevel(directory, { ...encodings, compression: false, writeBufferSize: 512 * MIB });
  await database.open();
  let next = 0;
  return {
    append() {
      const batch = database.batch();
      for (const { value } of records) batch.put(keyOf(next++), value);
      return batch.write();
    },
    read: (sequence) => database.get(keyOf(sequence)),
    close: () => database.close(),
  };
}

function keyOf(sequence) {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(0, 0);
  key.writeUInt32BE(sequence, 4);
  return key;
}
