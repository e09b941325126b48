/** `millrace dump FILE...`: what is in any file of a data directory, damaged or not, for people and for programs. */
import { Command, Option } from 'commander';
import { isMillraceError } from '../../errors.ts';
import { openDisk } from '../../file/disk-choice.ts';
import type { FileSystem } from '../../file/file-system.ts';
import type { RecordRow } from '../../segment/log-contents.ts';
import { type FileRow, fileContents } from '../../store/file-contents.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { humanDecoded, type RecordDecoder } from '../dump/decoded-record.ts';
import { decodeOffsetsRecord } from '../dump/offsets-decoder.ts';
import { decodeTransactionRecord } from '../dump/transaction-log-decoder.ts';
import { note, printRow } from '../output.ts';
import { Turns } from '../turns.ts';

interface DumpOptions extends CommonOptions {
  readonly records: boolean;
  readonly offsetsDecoder: boolean;
  readonly transactionLogDecoder: boolean;
}

const HELP = `
Reads .log, .index, .timeindex, .txnindex and .snapshot files, leader-epoch-checkpoint, the offset checkpoints, partition.metadata,
meta.properties, millrace-topics.json and snapshots of Kafka's metadata, one after another, and no store is opened. What is damaged is told
with its position, what is whole is printed; exit status 1 then.

--offsets-decoder and --transaction-log-decoder print what the records of __consumer_offsets and __transaction_state say, with the field names of
Kafka's schemas, and imply --records. Records that are not decoded are named.

The lines have the names of Kafka's kafka-dump-log. With --json each row is an object with "file" and "kind": batch, record, offsetEntry,
timeEntry, abortedTransaction, producer, epoch, offset, topicId, property, topic, reserved (zeros ahead of a writer), damage. Keys and values that are no
UTF-8 stand in keyBase64 and valueBase64. What a decoder has read stands in key and value as objects; what it has not, with the reason in "undecoded".

Examples:
  millrace dump data/orders-0/*.log --records
  millrace dump data/__consumer_offsets-3/*.log --offsets-decoder
  millrace dump --json data/orders-0/*.index`;

export function dumpCommand(context: CliContext): Command {
  const command = new Command('dump')
    .description('print what is in the files of a log: batches, records, index entries, producers, checkpoints')
    .argument('<file...>', 'files of a data directory')
    .option('--records', 'the records of each batch too', false)
    .option('--offsets-decoder', 'decode records of __consumer_offsets', false)
    .addOption(
      new Option('--transaction-log-decoder', 'decode records of __transaction_state')
        .default(false)
        .conflicts('offsetsDecoder'),
    )
    .addHelpText('after', HELP)
    .action((files: string[], options: DumpOptions) => dump(context, files, options));
  return commonOptions(command);
}

async function dump(context: CliContext, files: readonly string[], options: DumpOptions): Promise<void> {
  const system = openDisk();
  const turns = new Turns(context);
  try {
    for (const file of files) {
      if (!options.json) context.stdout.write(`Dumping ${file}\n`);
      if (!(await dumpFile(context, system, file, options, turns))) context.setExitCode(1);
    }
  } finally {
    system.close();
  }
}

/** False where the file is damaged, or cannot be read. */
async function dumpFile(
  context: CliContext,
  system: FileSystem,
  file: string,
  options: DumpOptions,
  turns: Turns,
): Promise<boolean> {
  let isWhole = true;
  const decoder = decoderOf(options);
  try {
    for (const row of fileContents(system, file, { records: options.records || decoder !== null })) {
      if (row.kind === 'damage') isWhole = false;
      printRow(
        context,
        options.json,
        options.json ? { file, ...jsonRow(row, decoder) } : row,
        options.json ? '' : humanRow(row, decoder),
      );
      await turns.take();
    }
    return isWhole;
  } catch (error) {
    if (!isMillraceError(error) || context.signal.aborted) throw error;
    note(context, `${error.message} (${error.code})`);
    return false;
  }
}

function decoderOf({ offsetsDecoder, transactionLogDecoder }: DumpOptions): RecordDecoder | null {
  if (offsetsDecoder) return decodeOffsetsRecord;
  return transactionLogDecoder ? decodeTransactionRecord : null;
}

function jsonRow(row: FileRow, decoder: RecordDecoder | null): object {
  if (row.kind !== 'record') return row;
  const { key, value, headers, ...rest } = row;
  const decoded = row.control === null ? decoder?.(key, value) : undefined;
  const contents =
    decoded !== undefined && !('undecoded' in decoded)
      ? decoded
      : { ...jsonBytes('key', key), ...jsonBytes('value', value), ...decoded };
  return {
    ...rest,
    headers: headers.map((header) => ({ key: header.key, ...jsonBytes('value', header.value) })),
    ...contents,
  };
}

function jsonBytes(name: string, bytes: Buffer | null): object {
  if (bytes === null) return { [name]: null };
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { [name]: text } : { [`${name}Base64`]: bytes.toString('base64') };
}

/** As `name: value`, in the order of the row, with the names of Kafka's tool. */
function humanRow(row: FileRow, decoder: RecordDecoder | null): string {
  switch (row.kind) {
    case 'batch': {
      const { timestampType, timestamp, size, ...before } = row;
      const { magic, compresscodec, crc, isvalid, ...first } = before;
      return fields({ ...first, [timestampType]: timestamp, size, magic, compresscodec, crc, isvalid });
    }
    case 'record':
      return humanRecord(row, decoder);
    case 'damage':
      return `DAMAGED at ${row.position}: ${row.message}`;
    case 'reserved':
      return `reserved: ${row.bytes} bytes of zeros from ${row.position} on`;
    case 'topic':
      return fields({ topic: row.name, id: row.id, partitions: row.partitions, config: JSON.stringify(row.config) });
    case 'property':
      return `${row.name}=${row.value}`;
    default:
      return fields(row);
  }
}

function humanRecord(row: RecordRow, decoder: RecordDecoder | null): string {
  const { offset, timestampType, timestamp, keySize, valueSize, sequence, control } = row;
  const headerKeys = `[${row.headers.map(({ key }) => key).join(',')}]`;
  const parts = [`| ${fields({ offset, [timestampType]: timestamp, keySize, valueSize, sequence, headerKeys })}`];
  if (control !== null) {
    const isMarker = control.coordinatorEpoch >= 0;
    parts.push(
      isMarker
        ? fields({ endTxnMarker: control.type, coordinatorEpoch: control.coordinatorEpoch })
        : `controlType: ${control.type}`,
    );
  } else if (decoder !== null) {
    const decoded = decoder(row.key, row.value);
    parts.push('undecoded' in decoded ? `undecoded: ${decoded.undecoded}` : humanDecoded(decoded));
  } else {
    if (row.key !== null) parts.push(`key: ${humanBytes(row.key)}`);
    if (row.value !== null) parts.push(`payload: ${humanBytes(row.value)}`);
  }
  return parts.join(' ');
}

/** Text as it is, but on one line, and without what would move a terminal's cursor. */
function humanBytes(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

/** `name: value` of each field but the kind of a row. */
function fields(values: object): string {
  return Object.entries(values)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => `${name}: ${value === null ? 'none' : String(value)}`)
    .join(' ');
}
