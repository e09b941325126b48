/** `millrace du [DIR]`: size, records, segments and age of each topic and partition of a data directory. */
import { Command, Option } from 'commander';
import { openDisk } from '../../file/disk-choice.ts';
import type { FileSystem } from '../../file/file-system.ts';
import { type PartitionUsage, storeUsage } from '../../store/store-usage.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { type Cell, columns, note, printRow, showBytes, showCount } from '../output.ts';
import { Turns } from '../turns.ts';

interface DuOptions extends CommonOptions {
  readonly sort: SortKey;
  readonly topics: boolean;
}

type SortKey = 'size' | 'records' | 'name';

/** The figures of a partition, of a topic or of all. */
interface Usage {
  bytes: number;
  fileBytes: number;
  records: number;
  segments: number;
  oldestTimestamp: number | null;
  newestTimestamp: number | null;
}

interface TopicUsage extends Usage {
  readonly topic: string;
  readonly partitions: PartitionUsage[];
}

const HELP = `
Works beside a process that writes the directory. "size" is the record batches, "files" all that lies in the directory: indexes, and what is reserved ahead of the writer.
"records" are offsets: in a compacted topic not each of them has a record. "oldest" is the first record's time, "newest" the latest. With --json an object for each partition, one for
each topic and one for all ("kind": partition, topic, total); times are milliseconds since 1970. Exit status 1 when a log could not be read.

Examples:
  millrace du --sort records
  millrace du data --topics --json`;

export function duCommand(context: CliContext): Command {
  const command = new Command('du')
    .description('size, records, segments and age of each topic and partition')
    .argument('[dir]', 'the data directory; default: that of --data')
    .addOption(new Option('--sort <key>', 'by what').choices(['size', 'records', 'name']).default('size'))
    .option('--topics', 'topics only, not their partitions', false)
    .addHelpText('after', HELP)
    .action((directory: string | undefined, options: DuOptions) => du(context, directory ?? options.data, options));
  return commonOptions(command);
}

async function du(context: CliContext, directory: string, options: DuOptions): Promise<void> {
  const system = openDisk();
  try {
    const topics = await readTopics(context, system, directory);
    topics.sort(orderBy(options.sort));
    const total = { kind: 'total', directory, topics: topics.length, partitions: 0, ...emptyUsage() };
    for (const topic of topics) {
      add(total, topic);
      total.partitions += topic.partitions.length;
      topic.partitions.sort(orderBy(options.sort));
    }
    if (options.json) printJson(context, topics, total, options.topics);
    else context.stdout.write(`${table(topics, total, options.topics).join('\n')}\n`);
  } finally {
    system.close();
  }
}

async function readTopics(context: CliContext, system: FileSystem, directory: string): Promise<TopicUsage[]> {
  const topics = new Map<string, TopicUsage>();
  const turns = new Turns(context);
  for (const usage of storeUsage(system, directory)) {
    const { topic, partition, error } = usage;
    const known = topics.get(topic) ?? { topic, partitions: [], ...emptyUsage() };
    topics.set(topic, known);
    known.partitions.push(usage);
    add(known, usage);
    if (error !== null) {
      note(context, `${topic}-${partition} cannot be read: ${error.message} (${error.code})`);
      context.setExitCode(1);
    }
    await turns.take();
  }
  return [...topics.values()];
}

function printJson(context: CliContext, topics: readonly TopicUsage[], total: object, topicsOnly: boolean): void {
  for (const { partitions, ...usage } of topics) {
    for (const { error, ...partition } of topicsOnly ? [] : partitions)
      printRow(context, true, { kind: 'partition', ...partition, error: error?.message ?? null }, '');
    printRow(context, true, { kind: 'topic', ...usage, partitions: partitions.length }, '');
  }
  printRow(context, true, total, '');
}

function table(topics: readonly TopicUsage[], total: Usage, topicsOnly: boolean): string[] {
  const rows: Cell[][] = [];
  for (const topic of topics) {
    rows.push([topic.topic, ...cells(topic)]);
    if (topicsOnly || topic.partitions.length === 1) continue;
    for (const partition of topic.partitions)
      rows.push([`  ${partition.topic}-${partition.partition}`, ...cells(partition)]);
  }
  rows.push(['total', ...cells(total)]);
  return columns(['topic', 'size', 'files', 'records', 'segments', 'oldest', 'newest'], rows);
}

function cells(usage: Usage): Cell[] {
  const { bytes, fileBytes, records, segments, oldestTimestamp, newestTimestamp } = usage;
  const sizes = [showBytes(bytes), showBytes(fileBytes), showCount(records), showCount(segments)];
  return [...sizes, showTime(oldestTimestamp), showTime(newestTimestamp)];
}

function showTime(timestamp: number | null): string {
  // Beyond what a date can be: the records say something else than a time.
  if (timestamp === null || Math.abs(timestamp) > 8.64e15) return timestamp === null ? '-' : String(timestamp);
  return new Date(timestamp).toISOString().replace(/\.\d+Z$/, 'Z');
}

function emptyUsage(): Usage {
  return { bytes: 0, fileBytes: 0, records: 0, segments: 0, oldestTimestamp: null, newestTimestamp: null };
}

function add(sum: Usage, usage: Usage): void {
  sum.bytes += usage.bytes;
  sum.fileBytes += usage.fileBytes;
  sum.records += usage.records;
  sum.segments += usage.segments;
  sum.oldestTimestamp = extreme(sum.oldestTimestamp, usage.oldestTimestamp, Math.min);
  sum.newestTimestamp = extreme(sum.newestTimestamp, usage.newestTimestamp, Math.max);
}

function extreme(a: number | null, b: number | null, choose: (a: number, b: number) => number): number | null {
  return a === null ? b : b === null ? a : choose(a, b);
}

/** The largest first; by name, and partitions by number, where they are alike. */
function orderBy(key: SortKey): (a: Usage & Named, b: Usage & Named) => number {
  if (key === 'name') return byName;
  const figure = key === 'size' ? 'bytes' : 'records';
  return (a, b) => b[figure] - a[figure] || byName(a, b);
}

interface Named {
  readonly topic: string;
  readonly partition?: number;
}

function byName(a: Named, b: Named): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return (a.partition ?? 0) - (b.partition ?? 0);
}
