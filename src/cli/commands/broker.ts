/**
 * `millrace broker`: a broker that speaks Kafka's protocol, on a data directory, until it is ended.
 *
 * The first SIGTERM or Ctrl-C ends it gracefully: what clients have begun is answered, the logs are flushed, and the directory is marked as cleanly
 * stopped. The second ends it at once. What it warns of goes to standard error.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Broker } from '../../broker/broker.ts';
import type { CliContext } from '../context.ts';
import { collected, setting, wholeNumber } from '../option-values.ts';
import { printRow } from '../output.ts';
import { warnings } from '../warnings.ts';

interface Options {
  readonly config?: string;
  readonly override?: readonly [string, string][];
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
  readonly insecure?: boolean;
  readonly json: boolean;
}

const PORT_MAX = 65_535;
const HOST_DEFAULT = '127.0.0.1';
const PORT_DEFAULT = 9092;

const EXAMPLES = `
Settings have Kafka's names and stand in a file, in environment variables (MILLRACE_NUM_PARTITIONS for num.partitions) and on the command line; the later
of these are stronger. docs/operations.md has all of them.

Examples:
  millrace broker
  millrace broker --data /var/lib/millrace --port 19092
  millrace broker --config server.properties --override num.partitions=4
  millrace broker --host 0.0.0.0 --insecure`;

export function brokerCommand(context: CliContext): Command {
  const command = new Command('broker')
    .summary("serve Kafka's clients")
    .description("Serves a data directory to Kafka's clients until it is ended by Ctrl-C or SIGTERM.")
    .addOption(new Option('--config <file>', "settings, in the form of Kafka's server.properties"))
    .addOption(
      new Option('--override <name=value>', 'a setting, as Kafka names it; repeat for more').argParser(
        collected(setting),
      ),
    )
    .addOption(new Option('--data <dir>', 'the data directory; default: log.dirs of the settings, or ./data'))
    .addOption(new Option('--host <address>', `the address to listen on; default ${HOST_DEFAULT}`))
    .addOption(
      new Option('--port <n>', `the port to listen on; 0 is any that is free; default ${PORT_DEFAULT}`).argParser(
        portNumber,
      ),
    )
    .addOption(new Option('--insecure', 'allow an address that other machines reach without asking who they are'))
    .addOption(new Option('--json', 'write where it listens as JSON, when it is ready').default(false, 'no'))
    .addHelpText('after', EXAMPLES);
  return command.action(async (options: Options) => {
    const broker = await start(context, options);
    try {
      announce(context, broker, options.json);
      await ended(context.signal);
    } finally {
      await broker.close();
    }
  });
}

async function start(context: CliContext, options: Options): Promise<Broker> {
  // Another command does not need them.
  const [{ startBroker }, { collectConfig }] = await Promise.all([
    import('../../broker/broker.ts'),
    import('../../broker/config/config-sources.ts'),
  ]);
  const logger = warnings(context);
  const { config: file, override: overrides = [], data, host, port } = options;
  const config = collectConfig({
    file,
    environment: process.env,
    overrides: [...overrides, ...optionsAs(options)],
    logger,
  });
  return startBroker({ config, data, host, port, logger });
}

/** The options that are settings by another name. */
function optionsAs({ insecure }: Options): [string, string][] {
  return insecure === true ? [['millrace.allow.insecure.listeners', 'true']] : [];
}

function announce(context: CliContext, broker: Broker, json: boolean): void {
  const { address, endpoints: listeners, store } = broker;
  const { directory, nodeId, clusterId } = store;
  const row = { listeners, address, directory, nodeId, clusterId, readyMs: Math.round(performance.now()) };
  const human = [
    `millrace listens on ${listeners.join(', ')}, data directory ${directory}`,
    'Try it, and end it by Ctrl-C:',
    `  echo hello | kcat -P -b ${address} -t greetings`,
    `  new Kafka({ brokers: ['${address}'] })   // kafkajs`,
    `  millrace consume greetings --data ${directory} --follow`,
  ];
  printRow(context, json, row, human.join('\n'));
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function portNumber(text: string): number {
  const port = wholeNumber(0)(text);
  if (port <= PORT_MAX) return port;
  throw new InvalidArgumentError(`Expected a port up to ${PORT_MAX}.`);
}
