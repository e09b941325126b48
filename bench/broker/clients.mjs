/** The clients that are loads, compiled where they are needed: Kafka's own and librdkafka. What a machine lacks for them is told in one sentence. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { missingCommands } from '../../tools/kafka-jars.mjs';
import { compile, compileC, sourceOf, succeeds } from './compilers.mjs';
import { Load } from './load.mjs';

const log4j = new URL('../../test/compat/kafka/java/log4j2.properties', import.meta.url).href;
/** A heap that is larger than what a round leaves, and the collector with the best throughput. */
const JVM = ['-Xms512m', '-Xmx512m', '-XX:+UseParallelGC', `-Dlog4j2.configurationFile=${log4j}`];

/** By name: what is missing for it, in one sentence, or null; and the command that starts it, compiled into a directory. */
export const clients = {
  java: {
    lack({ offline }) {
      const commands = missingCommands().filter((command) => !(offline && command === 'mvn'));
      return commands.length === 0 ? null : `not found: ${commands.join(', ')}; install a JDK (17 or later) and Maven`;
    },
    command(directory, { libs }) {
      const source = sourceOf('java/BrokerLoad.java');
      compile('javac', ['-encoding', 'UTF-8', '-d', directory, '-cp', join(libs, '*'), source]);
      return ['java', [...JVM, '-cp', [directory, join(libs, '*')].join(':'), 'BrokerLoad']];
    },
  },
  librdkafka: {
    lack() {
      const absent = ['cc', 'pkg-config'].filter((name) => !succeeds(name, '--version'));
      if (!absent.includes('pkg-config') && !succeeds('pkg-config', '--exists', 'rdkafka')) absent.push('librdkafka');
      if (absent.length === 0) return null;
      return `not found: ${absent.join(', ')}; install a C compiler, pkg-config and librdkafka with its headers (Debian: gcc pkg-config librdkafka-dev)`;
    },
    command(directory) {
      const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'rdkafka'], { encoding: 'utf8' }).stdout.trim();
      return [compileC(directory, 'librdkafka/broker_load.c', flags.split(/\s+/)), []];
    },
  },
};

/** Compiled into the stage's directory, started, and ready. */
export function startLoad(stage, client, kafka) {
  const [command, args] = clients[client].command(stage.directory, kafka);
  return Load.start(stage.spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
}
