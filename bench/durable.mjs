/**
 * Durable appends to one partition: 1 and 64 writers, each waits until its record is on stable storage. One flush serves all who wait, so
 * the bound is writers × what `fdatasync` alone allows on this disk; a flush has 16 KiB to write in each case.
 */
import { join } from 'node:path';
import { openStore } from 'millrace';
import { DIRTY_BYTES, SyncBaseline, writeDurably } from './harness/durable-writers.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

export async function measure(context) {
  const timeMs = context.pick(1500, 60);
  const store = await openStore(join(context.directory, 'store'));
  await store.createTopic('durable', { partitions: 2 });
  const logs = { 1: [store.partition('durable', 0)], 64: [store.partition('durable', 1)] };
  const reserved = new SyncBaseline(join(context.directory, 'reserved'));
  const written = new SyncBaseline(join(context.directory, 'written'), { isWritten: true });

  const figures = await inRounds(context, {
    reserved: () => reserved.run(timeMs),
    written: () => written.run(timeMs),
    1: () => writeDurably(logs[1], { writers: 1, timeMs }),
    64: () => writeDurably(logs[64], { writers: 64, timeMs }),
  });
  reserved.close();
  written.close();
  await store.close();

  const of = (name, part) => figures[name].map((figure) => figure[part]);
  const findings = [1, 64].flatMap((writers) => {
    const what = `${writers} writer${writers === 1 ? '' : 's'}`;
    const rate = (kind, mark) => {
      const baseline = { what: `${writers} × fdatasync, ${kind} blocks`, scale: writers, figures: of(kind, 'rate') };
      return finding({ what, unit: 'acks/s', figures: of(writers, 'rate'), baseline, mark });
    };
    const marks =
      writers === 64
        ? [
            { of: 'ratio', atLeast: 0.9 },
            { of: 'ratio', atMost: 2 },
          ]
        : [null, null];
    return [
      rate('reserved', marks[0]),
      rate('written', null),
      finding({
        what: `${what}, p99 of a wait`,
        unit: 'ms',
        figures: of(writers, 'p99'),
        baseline: { what: 'p99 of fdatasync, reserved blocks', figures: of('reserved', 'p99') },
        mark: marks[1],
      }),
    ];
  });
  return { sizes: `${DIRTY_BYTES} B dirty a flush; ${timeMs} ms a round`, findings };
}
