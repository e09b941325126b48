/** Hypercore: an append-only log, hashed to a Merkle tree and signed; one block a record, one signature an append. */
import Hypercore from 'hypercore';

export async function open({ directory, records }) {
  const core = new Hypercore(directory);
  await core.ready();
  const blocks = records.map(({ value }) => value);
  return {
    append: () => core.append(blocks),
    read: (sequence) => core.get(sequence),
    close: () => core.close(),
  };
}
