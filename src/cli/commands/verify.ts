/** `millrace verify [DIR]`: checks every batch, index, checkpoint and producer snapshot of a data directory against each other, and changes nothing. */
import { Command } from 'commander';
import { openDisk } from '../../file/disk-choice.ts';
import type { Finding } from '../../segment/finding.ts';
import { type StoreSummary, verifyStore } from '../../store/store-verification.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { printRow, showBytes, showCount } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import { Turns } from '../turns.ts';

const HELP = `
Works beside a process that writes the directory, takes no lock, and works on a directory of Kafka's. After a clean stop everything must be right to
the last byte; without one, what a writer has not finished is no finding. Exit status 1 when something was found. With --json an object
for each finding ("kind": finding, with "finding", "path", "position" and "message"), for each partition, and for all (partition, summary).

Examples:
  millrace verify
  millrace verify /var/lib/kafka/data --json`;

export function verifyCommand(context: CliContext): Command {
  const command = new Command('verify')
    .description('check every batch, index entry, checkpoint and producer snapshot; changes nothing')
    .argument('[dir]', 'the data directory; default: that of --data')
    .addHelpText('after', HELP)
    .action((directory: string | undefined, options: CommonOptions) =>
      verify(context, directory ?? options.data, options.json),
    );
  return commonOptions(command);
}

async function verify(context: CliContext, directory: string, json: boolean): Promise<void> {
  const system = openDisk();
  const turns = new Turns(context);
  const began = performance.now();
  let progress: Progress | null = null;
  try {
    const run = verifyStore(system, directory);
    let step = await run.next();
    for (; step.done !== true; step = await run.next()) {
      const event = step.value;
      if (event.kind === 'begin') progress = createProgress(context, { total: event.bytes, unit: 'bytes' });
      else if (event.kind === 'progress') progress?.update(event.bytes);
      else if (event.kind === 'finding') printFinding(context, json, event.finding);
      else if (json) printRow(context, json, event, '');
      await turns.take();
    }
    progress?.stop();
    report(context, directory, json, step.value, performance.now() - began);
  } finally {
    progress?.stop();
    system.close();
  }
}

function report(context: CliContext, directory: string, json: boolean, summary: StoreSummary, elapsedMs: number): void {
  const { partitions, segments, batches, records, bytes, findings, settled } = summary;
  const bytesPerSecond = Math.round((bytes / elapsedMs) * 1000);
  const counts = [
    `${showCount(partitions)} partitions`,
    `${showCount(segments)} segments`,
    `${showCount(batches)} batches`,
    `${showCount(records)} records`,
    `${showBytes(bytes)} in ${(elapsedMs / 1000).toFixed(2)} s (${showBytes(bytesPerSecond)}/s)`,
  ];
  const stop = settled ? 'stopped cleanly' : 'being written, or not stopped cleanly';
  const result =
    findings === 0 ? 'nothing wrong was found' : `${showCount(findings)} ${findings === 1 ? 'fault' : 'faults'} found`;
  const row = { kind: 'summary', directory, ...summary, elapsedMs: Math.round(elapsedMs), bytesPerSecond };
  printRow(context, json, row, `${directory} (${stop}): ${counts.join(', ')}: ${result}`);
  if (findings > 0) context.setExitCode(1);
}

function printFinding(context: CliContext, json: boolean, finding: Finding): void {
  const { kind, path, position, message } = finding;
  const human = `${path}${position === null ? '' : ` at ${position}`}: ${kind}: ${message}`;
  printRow(context, json, { ...finding, kind: 'finding', finding: kind }, human);
}
