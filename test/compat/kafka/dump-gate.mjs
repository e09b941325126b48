/**
 * Kafka's DumpLogSegments over the files of one partition, and what its output says against them.
 *
 * The tool ends with status 0 whatever it finds, so its output is read for the sentences that it has for each fault, and
 * counted: an output that says nothing is no proof.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const faults = [
  'isvalid: false',
  'invalid bytes at the end of',
  'Mismatches in :',
  'Non-consecutive offsets in',
  'Found timestamp mismatch in',
  'Found out of order timestamp',
  'The following indexed offsets are not found in the log.',
  'Exception',
  // A snapshot's faults are caught by the tool, which prints only the message.
  'Snapshot contained an unknown file version',
  'Snapshot failed schema validation',
  'Snapshot is corrupt',
  'Ignoring unknown file',
  'is not a recognized option',
];

function count(text, pattern) {
  return text.match(pattern)?.length ?? 0;
}

/** Runs the tool three ways. Returns the complaints, each a string, and what was counted: batches, records, index entries. */
export async function dumpGate(judge, directory) {
  const files = readdirSync(directory).sort();
  const withSuffix = (...suffixes) =>
    files.filter((name) => suffixes.some((suffix) => name.endsWith(suffix))).map((name) => join(directory, name));
  const indexes = withSuffix('.index', '.timeindex');
  const all = withSuffix('.log', '.index', '.timeindex', '.txnindex', '.snapshot');
  const deep = await judge.dump('--deep-iteration', '--print-data-log', '--files', all.join(','));
  const verified = await judge.dump('--verify-index-only', '--files', indexes.join(','));
  const sane = await judge.dump('--index-sanity-check', '--files', indexes.join(','));

  const complaints = [];
  for (const [way, output] of Object.entries({ deep, verified, sane })) {
    for (const fault of faults) {
      const at = output.indexOf(fault);
      if (at >= 0) complaints.push(`${way}: ${output.slice(Math.max(0, at - 120), at + 300)}`);
    }
  }
  const filled = indexes.filter((path) => statSync(path).size > 0);
  const passed = count(sane, / passed sanity check\./g);
  const skipped = count(sane, / is empty\./g);
  if (passed + skipped < indexes.length || passed < filled.length) {
    complaints.push(`sane: ${passed} of ${filled.length} indexes passed`);
  }
  return {
    complaints,
    batches: count(deep, /^baseOffset: .* isvalid: true$/gm),
    records: count(deep, /^\| offset: \d+ /gm),
    offsetEntries: count(deep, /^offset: \d+ position: \d+$/gm),
    timeEntries: count(deep, /^timestamp: \d+ offset: \d+$/gm),
  };
}
