/**
 * The program `millrace`: its commands, its help, and how it tells of a wrong command line.
 *
 * A command is a function from the context to commander's `Command`; everything that all commands have in common in how they speak is set here.
 */
import { readFileSync } from 'node:fs';
import { Command, type Help } from 'commander';
import { packageRoot } from '../package-root.ts';
import { benchCommand } from './commands/bench.ts';
import { brokerCommand } from './commands/broker.ts';
import { consumeCommand } from './commands/consume.ts';
import { duCommand } from './commands/du.ts';
import { dumpCommand } from './commands/dump.ts';
import { groupCommand } from './commands/group.ts';
import { produceCommand } from './commands/produce.ts';
import { recoverCommand } from './commands/recover.ts';
import { topicCommand } from './commands/topic.ts';
import { userCommand } from './commands/user.ts';
import { verifyCommand } from './commands/verify.ts';
import type { CliContext } from './context.ts';
import { reportFailure } from './failure.ts';

/** The commands in the order of the help, under the heading that they stand below. */
const groups: Record<string, ((context: CliContext) => Command)[]> = {
  'Serving:': [brokerCommand, userCommand],
  'Topics, records and groups:': [topicCommand, produceCommand, consumeCommand, groupCommand],
  'Looking into a data directory:': [dumpCommand, verifyCommand, recoverCommand, duCommand],
  'Measuring:': [benchCommand],
};

const EXAMPLES = `
Examples:
  millrace topic create orders --partitions 4
  millrace produce orders events.ndjson --key-field customer
  millrace consume orders --follow
  millrace consume orders --format '%p:%o %k=%s\\n' | head
  millrace verify
  millrace broker

millrace COMMAND --help says more about a command. Exit status: 0 done, 1 something is wrong, 2 wrong usage.`;

/** Runs one command line; never rejects. */
export async function runProgram(context: CliContext, args: readonly string[]): Promise<void> {
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
  } catch (error) {
    reportFailure(context, error);
  }
}

export function createProgram(context: CliContext): Command {
  const program = new Command('millrace')
    .description("Kafka's partition log in a directory: serve it, make topics, write and read records, look inside.")
    .version(packageVersion(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
      outputError: (text, write) => write(text.replace(/^error: /, 'millrace: ')),
    })
    .configureHelp({ showGlobalOptions: false, visibleCommands: inOrder })
    .addHelpText('after', EXAMPLES);
  for (const [group, commands] of Object.entries(groups)) {
    for (const make of commands) program.addCommand(make(context).helpGroup(group));
  }
  inherit(program);
  return program;
}

/** Commands made elsewhere speak as the program does. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent).helpOption('-h, --help', 'show help').helpCommand(false);
    command.showHelpAfterError(`Try: ${pathOf(command, parent)} --help`);
    inherit(command);
  }
}

function pathOf(command: Command, parent: Command): string {
  return parent.parent === null ? `millrace ${command.name()}` : `millrace ${parent.name()} ${command.name()}`;
}

function inOrder(this: Help, command: Command): Command[] {
  return [...command.commands];
}

function packageVersion(): string {
  const text = readFileSync(new URL('package.json', packageRoot), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
