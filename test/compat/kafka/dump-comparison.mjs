/**
 * `millrace dump` beside Kafka's DumpLogSegments over every file of the fixtures, line by line: each batch with all its fields, each record, index entry, aborted transaction
 * and producer. What the two write differently is brought to one form; keys and values are not compared, since Kafka writes them as they are, line breaks included.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { partitionsOf } from './directories.mjs';
import { ourDump } from './our-dump.mjs';
import { holds, same } from './tally.mjs';

const fixtures = fileURLToPath(new URL('../../fixture/kafka-4.2/', import.meta.url));
const DUMPED = /\.(?:log|index|timeindex|txnindex|snapshot)$/;
const SEQUENCES = 2 ** 31;

/** The lines that say what is in a file, in one form. */
function linesOf(lines) {
  return lines
    .filter((line) => /^(?:baseOffset|\||offset|timestamp|version|producerId)\b|^\| /.test(line))
    .map((line) =>
      line
        .replace(/(deleteHorizonMs: )(?:OptionalLong\.empty|none)/, '$1none')
        .replace(/OptionalLong\[(\d+)\]/, '$1')
        .replace(/^(\| offset: .*? headerKeys: \[[^\]]*\])(?: key:| payload:)[^]*$/, '$1')
        .trimEnd(),
    );
}

/** A producer's row as Kafka's tool writes it. */
function producerLine(row) {
  const { producerId, producerEpoch, coordinatorEpoch, currentTransactionFirstOffset: first, lastTimestamp } = row;
  const open = first < 0 ? 'OptionalLong.empty' : first;
  const head = `producerId: ${producerId} producerEpoch: ${producerEpoch} coordinatorEpoch: ${coordinatorEpoch} currentTxnFirstOffset: ${open} lastTimestamp: ${lastTimestamp}`;
  if (row.lastOffset < 0) return head;
  const firstSequence = (row.lastSequence - row.offsetDelta + SEQUENCES) % SEQUENCES;
  return `${head} firstSequence: ${firstSequence} lastSequence: ${row.lastSequence} lastOffset: ${row.lastOffset} offsetDelta: ${row.offsetDelta} timestamp: ${lastTimestamp}`;
}

async function ourLines(path, deep) {
  if (!path.endsWith('.snapshot')) return linesOf(await ourDump(...(deep ? ['--records'] : []), path));
  return (await ourDump('--json', path)).map((line) => producerLine(JSON.parse(line)));
}

/** Kafka's lines. An index that was reserved and has no entry yet has one of zeros there, which is none. */
async function kafkaLines(judge, path, deep) {
  const output = await judge.dump(...(deep ? ['--deep-iteration'] : []), '--files', path);
  const base = Number(/(\d{20})\.\w+$/.exec(path)[1]);
  const nothing = [`offset: ${base} position: 0`, `timestamp: 0 offset: ${base}`];
  return { output, lines: linesOf(output.split('\n')).filter((line) => !nothing.includes(line)) };
}

/** Bytes behind the last batch that Kafka's tool takes for none, and ours too. */
async function sameEnd(path, output) {
  const invalid = Number(/^Found (\d+) invalid bytes at the end of/m.exec(output)?.[1] ?? 0);
  const rows = (await ourDump('--json', path)).map((line) => JSON.parse(line));
  const end = rows.findLast(({ kind }) => kind !== 'batch');
  const ours = end === undefined || rows.at(-1).kind === 'batch' ? 0 : statSync(path).size - end.position;
  // Of a batch whose checksum does not fit Kafka only says so.
  if (rows.every(({ kind, isvalid }) => kind !== 'batch' || isvalid)) same('bytes that are no batch', ours, invalid);
}

/** `judge` answers what Kafka's tool prints. It opens indexes, so it gets copies. */
export async function compareDumps(tally, judge, workshop) {
  for (const which of ['clean', 'killed']) {
    const directory = join(fixtures, which, 'log-dir');
    const deep = which === 'clean';
    for (const partition of partitionsOf(directory)) {
      await tally.check(`${which}/${partition}: millrace dump prints what DumpLogSegments does`, async () => {
        const copy = workshop.copy(join(directory, partition), partition);
        let compared = 0;
        for (const name of readdirSync(copy).sort()) {
          if (!DUMPED.test(name)) continue;
          const path = join(copy, name);
          const kafka = await kafkaLines(judge, path, deep);
          const ours = await ourLines(path, deep);
          // At zeros behind the last batch, and at an entry of a batch that was cut off, Kafka's tool gives up.
          const gaveUp = kafka.output.includes('Exception');
          holds(!gaveUp || which === 'killed', `Kafka's tool gave up: ${kafka.output}`);
          const count = gaveUp ? kafka.lines.length : Math.max(ours.length, kafka.lines.length);
          for (let i = 0; i < count; i++) same(`${name}, line ${i}`, ours[i], kafka.lines[i]);
          compared += ours.length;
          if (name.endsWith('.log') && !gaveUp) await sameEnd(path, kafka.output);
        }
        holds(compared > 0 || partition.startsWith('empty'), 'nothing was compared');
        workshop.drop(copy);
      });
    }
  }
}
