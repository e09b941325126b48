/** `millrace consume`: writes the records of a topic to standard output, and waits for more if it is told to. */
import { Command, Option } from 'commander';
import { commonOptions } from '../common-options.ts';
import { consume, type ConsumeOptions } from '../consume/consume-run.ts';
import { FORMAT_DEFAULT } from '../consume/record-text.ts';
import { parseStart } from '../consume/start-position.ts';
import type { CliContext } from '../context.ts';
import { reading } from '../data-directory.ts';
import { collected, wholeNumber } from '../option-values.ts';

const HELP = `
Format:
  %t topic   %p partition   %o offset   %T timestamp (ms)   %h headers (name=value,...)   %% percent
  %k key     %K its size    %s value    %S its size         %R its size, 4 bytes big-endian
  \\n \\t \\r \\0 \\\\ \\xHH are bytes. What is null is written as nothing, with size -1.

From:
  beginning, end (or earliest, latest), max-timestamp (the newest record), an offset, -N (N offsets before the end), 2026-11-25T18:00:00Z (a time), @1764093600000 (ms)

Examples:
  millrace consume orders | head
  millrace consume orders --follow --format '%T %p:%o %k %s\\n'
  millrace consume orders --partition 0 --from -10
  millrace consume orders --format '%R%s' > frames.bin`;

export function consumeCommand(context: CliContext): Command {
  const command = new Command('consume')
    .summary('write the records of a topic to standard output')
    .description(
      'Writes the records of a topic to standard output, each partition in its order. Reads beside a writer, and with --follow waits for what comes.',
    )
    .argument('<topic>', 'which')
    .addOption(
      new Option('--partition <n>', 'only this one; repeat for more (default: all)').argParser(
        collected(wholeNumber(0)),
      ),
    )
    .addOption(
      new Option('--from <where>', 'where to begin, see below')
        .argParser(parseStart)
        .default(parseStart('beginning'), 'beginning'),
    )
    .addOption(new Option('--max <n>', 'end after so many records').argParser(wholeNumber(1)))
    .addOption(
      new Option('--follow', 'wait for more at the end, until Ctrl-C (default with --from end)').conflicts('exitAtEnd'),
    )
    .addOption(new Option('--exit-at-end', 'end where the end is now (default without --from end)'))
    .addOption(new Option('--format <text>', 'how to write a record, see below').default(FORMAT_DEFAULT))
    .addHelpText('after', HELP);
  return commonOptions(command).action(async (topic: string, options: ConsumeOptions) => {
    if (options.json && command.getOptionValueSource('format') === 'cli') {
      command.error('error: --json has a format of its own: leave --format out', { exitCode: 2 });
    }
    await reading(context, options.data, (store) => consume(context, store, topic, options));
  });
}
