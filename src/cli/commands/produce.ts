/** `millrace produce`: appends what a file or standard input has, a record for each line or frame. */
import { Command, Option } from 'commander';
import { compressionNames } from '../../record/codec.ts';
import { commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { writing } from '../data-directory.ts';
import { wholeNumber } from '../option-values.ts';
import { note } from '../output.ts';
import { produce, type ProduceOptions } from '../produce/produce-run.ts';

const EXAMPLES = `
Examples:
  millrace produce orders events.txt --create
  echo 'c-17:{"total":12}' | millrace produce orders --key-separator :
  millrace produce orders events.ndjson --key-field customer --compression lz4
  millrace produce orders frames.bin --framing length --partition 0 --durable`;

export function produceCommand(context: CliContext): Command {
  const command = new Command('produce')
    .summary('append lines, JSON values or bytes as records')
    .description(
      'Appends what a file or standard input has to a topic, a record for each line. A line that no record can hold is refused with its number; the rest goes on, and the exit status is 1.',
    )
    .argument('<topic>', 'where to')
    .argument('[file]', 'what to read; - is standard input', '-')
    .addOption(
      new Option(
        '--framing <kind>',
        'line; json: each line a JSON value; length: 4 bytes of length, big-endian, before each',
      ).choices(['line', 'json', 'length']),
    )
    .addOption(new Option('--partition <n>', 'all into this partition').argParser(wholeNumber(0)))
    .addOption(
      new Option('--key-separator <text>', 'what stands before it in a line is the key; may have \\t').conflicts(
        'keyField',
      ),
    )
    .addOption(new Option('--key-field <name>', 'the field of the JSON value that is the key; means --framing json'))
    .addOption(new Option('--compression <codec>', 'where the topic does not name one').choices([...compressionNames]))
    .addOption(
      new Option('--acks <n>', 'as other producers have it; with one copy of the data all mean the same')
        .choices(['0', '1', 'all', '-1'])
        .default('all'),
    )
    .addOption(new Option('--durable', 'read on only when what was read is on stable storage'))
    .addOption(new Option('--create', 'make the topic, with one partition, if it is not there'))
    .addHelpText('after', EXAMPLES);
  return commonOptions(command).action(async (topic: string, file: string, options: ProduceOptions) => {
    checkTogether(command, options);
    const summary = await writing(
      context,
      options.data,
      (store) => produce(context, store, { topic, file, options }),
      options.create === true ? { create: true } : {},
    );
    if (summary.refused > 0) context.setExitCode(1);
    if (!context.signal.aborted) return;
    context.setExitCode(1);
    note(context, 'interrupted before the end of the input (ERR_MILLRACE_ABORTED)');
  });
}

function checkTogether(command: Command, { framing, keyField, keySeparator, durable, acks }: ProduceOptions): void {
  const refuse = (why: string): never => command.error(`error: ${why}`, { exitCode: 2 });
  if (keyField !== undefined && framing !== undefined && framing !== 'json') {
    refuse(`--key-field needs --framing json, not ${framing}`);
  }
  if (keySeparator !== undefined && framing === 'json') refuse('--framing json has --key-field, not --key-separator');
  if (keySeparator === '') refuse('--key-separator must have a character');
  if (durable === true && acks === '0') refuse('--durable waits for what --acks 0 does not wait for');
}
