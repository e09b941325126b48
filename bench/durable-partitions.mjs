/**
 * Durable appends to many partitions: 100 writers over 1, 6, 16 and 100 of them. One flush of the whole directory serves all partitions that
 * are dirty, so 100 should be nearly as fast as one; the other way, one `fdatasync` after another, stands beside it.
 */
import { join } from 'node:path';
import { openStore } from 'millrace';
import { MIB } from './harness/data.mjs';
import { DIRTY_BYTES, SyncBaseline, writeDurably } from './harness/durable-writers.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const WRITERS = 100;
const MANY = 100;

export async function measure(context) {
  const timeMs = context.pick(1500, 60);
  const counts = [1, 6, 16, MANY];
  const store = await openStore(join(context.directory, 'store'));
  const logs = {};
  for (const count of counts) {
    await store.createTopic(`of-${count}`, { partitions: count });
    logs[count] = Array.from({ length: count }, (_, partition) => store.partition(`of-${count}`, partition));
  }
  const files = Array.from(
    { length: MANY },
    (_, i) => new SyncBaseline(join(context.directory, `baseline-${i}`), { size: 1 * MIB }),
  );

  const contestants = Object.fromEntries(
    counts.map((count) => [count, () => writeDurably(logs[count], { writers: WRITERS, timeMs })]),
  );
  const figures = await inRounds(context, { ...contestants, inTurn: () => syncInTurn(files, timeMs) });
  for (const file of files) file.close();
  await store.close();

  const of = (name, part) => figures[name].map((figure) => figure[part]);
  const findings = counts.slice(1).map((count) =>
    finding({
      what: partitions(count),
      unit: 'acks/s',
      figures: of(count, 'rate'),
      baseline: { what: 'the same on one partition', figures: of(1, 'rate') },
      mark: count === MANY ? { of: 'ratio', atLeast: 0.5 } : null,
    }),
  );
  findings.push(
    finding({
      what: partitions(MANY),
      unit: 'acks/s',
      figures: of(MANY, 'rate'),
      baseline: { what: `fdatasync of ${MANY} files in turn`, figures: figures.inTurn },
    }),
    finding({
      what: `${partitions(MANY)}, p99 of a wait`,
      unit: 'ms',
      figures: of(MANY, 'p99'),
      baseline: { what: 'the same on one partition', figures: of(1, 'p99') },
    }),
  );
  return { sizes: `${DIRTY_BYTES} B dirty in all a flush; ${timeMs} ms a round`, findings };
}

function partitions(count) {
  return `${WRITERS} writers, ${count} partitions`;
}

/** What one writer a file would get if each file were synced by itself: acknowledgements a second. */
function syncInTurn(files, timeMs) {
  let acks = 0;
  const began = performance.now();
  while (performance.now() < began + timeMs) {
    for (const file of files) file.dirty(Math.floor(DIRTY_BYTES / files.length));
    for (const file of files) file.sync();
    acks += files.length;
  }
  return (acks * 1000) / (performance.now() - began);
}
