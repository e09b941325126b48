/** The Java peers: brings their jars, compiles java/*.java against each of them, and says how a peer is started. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaJars, mavenJars, missingCommands } from '../../tools/kafka-jars.mjs';

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Internals of Java that Chronicle's libraries reach into. */
const opened = [
  'java.lang',
  'java.lang.reflect',
  'java.lang.ref',
  'java.io',
  'java.net',
  'java.nio',
  'java.util',
  'sun.nio.ch',
];
const exported = [
  'java.base/jdk.internal.ref',
  'java.base/sun.nio.ch',
  'jdk.unsupported/sun.misc',
  'jdk.compiler/com.sun.tools.javac.file',
];

const kinds = {
  kafka: {
    title: 'Kafka',
    jars: (log, options) => kafkaJars(log, options),
    sources: ['KafkaPeer', '../../../test/compat/kafka/java/KafkaLog'],
    flags: [
      `-Dlog4j2.configurationFile=${new URL('../../test/compat/kafka/java/log4j2.properties', import.meta.url).href}`,
    ],
  },
  chronicle: {
    title: 'Chronicle Queue',
    jars(log, options) {
      const pom = pathOf('java/pom.xml');
      return mavenJars({
        pom,
        property: 'chronicle.version',
        name: 'chronicle',
        title: this.title,
        log,
        ...options,
      });
    },
    sources: ['ChroniclePeer'],
    flags: [
      ...opened.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      ...exported.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
      '--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED',
      // It would tell its makers that it runs.
      '-Dchronicle.analytics.disable=true',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    ],
  },
};

/** The collector with the best throughput where nothing is asked of its pauses; a heap that is larger than what a round leaves. */
const heap = ['-Xms512m', '-Xmx512m', '-XX:+UseParallelGC'];

/**
 * Command and arguments that start a peer in `directory`. Fetches and compiles what is missing or stale; throws what is to be told to the user
 * if that cannot be done.
 */
export function javaCommand({ jars, main, args }, { directory, offline, log }) {
  const kind = kinds[jars];
  kind.prepared ??= prepare(kind, { offline, log });
  const { classpath, about } = kind.prepared;
  return ['java', [...heap, ...kind.flags, '-cp', classpath, main, directory, about, ...args]];
}

function prepare(kind, { offline, log }) {
  const missing = missingCommands().filter((command) => !(offline && command === 'mvn'));
  if (missing.length > 0) throw new Error(`not found: ${missing.join(', ')}`);
  const { version, libs, home } = kind.jars(log, { offline });
  const classes = compile({ libs, home, sources: kind.sources, log });
  return { classpath: [classes, join(libs, '*')].join(':'), about: `${kind.title} ${version}` };
}

function compile({ libs, home, sources, log }) {
  const files = ['Peer', 'Rounds', ...sources].map((name) => pathOf(`java/${name}.java`));
  const classes = join(home, 'peer-classes');
  const stamp = join(home, 'peer-classes.stamp');
  const hash = createHash('sha256').update(libs);
  for (const file of files) hash.update(readFileSync(file));
  const digest = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return classes;
  log(`compiling ${files.length} Java files to ${classes}`);
  rmSync(stamp, { force: true });
  rmSync(classes, { recursive: true, force: true });
  mkdirSync(classes, { recursive: true });
  const lint = '-Xlint:all,-processing,-path,-classfile,-try';
  const options = ['-encoding', 'UTF-8', lint, '-Werror', '-d', classes, '-cp', join(libs, '*')];
  const javac = spawnSync('javac', [...options, ...files], { encoding: 'utf8' });
  if (javac.status !== 0) throw new Error(`javac ended with status ${javac.status}: ${javac.stderr}`);
  writeFileSync(stamp, digest);
  return classes;
}
