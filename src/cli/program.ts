/**
 * The program `millrace`: its commands, its help, and how it tells of a wrong command line.
 *
 * A command is a function from the context to commander's `Command`; everything that all commands have in common in how they speak is set here.
 */
import { readFileSync } from 'node:fs';
import { Command, type Help } from 'commander';
import { packageRoot } from '../package-root.ts';
import type { CliContext } from './context.ts';
import { reportFailure } from './failure.ts';

type MakeCommand = (context: CliContext) => Command;

/** The commands in the order of the help, under the heading that they stand below; loaded when they are asked for, or the help is. */
const groups: Record<string, Record<string, () => Promise<MakeCommand>>> = {
  'Serving:': {
    broker: async () => (await import('./commands/broker.ts')).brokerCommand,
    user: async () => (await import('./commands/user.ts')).userCommand,
  },
  'Topics, records and groups:': {
    topic: async () => (await import('./commands/topic.ts')).topicCommand,
    produce: async () => (await import('./commands/produce.ts')).produceCommand,
    consume: async () => (await import('./commands/consume.ts')).consumeCommand,
    group: async () => (await import('./commands/group.ts')).groupCommand,
  },
  'Looking into a data directory:': {
    dump: async () => (await import('./commands/dump.ts')).dumpCommand,
    verify: async () => (await import('./commands/verify.ts')).verifyCommand,
    recover: async () => (await import('./commands/recover.ts')).recoverCommand,
    du: async () => (await import('./commands/du.ts')).duCommand,
  },
  'Measuring:': { bench: async () => (await import('./commands/bench.ts')).benchCommand },
};

const VERSION_FLAGS: readonly string[] = ['-V', '--version'];

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
    const program = await createProgram(context, args[0]);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    reportFailure(context, error);
  }
}

/** `first`: the first word of the command line. What it does not ask for is not loaded; without one, all is. */
export async function createProgram(context: CliContext, first?: string): Promise<Command> {
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
  const isNamed = Object.values(groups).some((commands) => first !== undefined && Object.hasOwn(commands, first));
  const isAskedFor = (name: string): boolean =>
    isNamed ? name === first : first === undefined || !VERSION_FLAGS.includes(first);
  for (const [group, commands] of Object.entries(groups)) {
    for (const [name, load] of Object.entries(commands)) {
      if (isAskedFor(name)) program.addCommand((await load())(context).helpGroup(group));
    }
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
