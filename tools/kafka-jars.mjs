/**
 * Brings the jars of a real Kafka from Maven Central to .cache/kafka-<version>/libs, for the tests that let Kafka judge our files. Those of
 * another POM too, for the benchmarks against peers.
 *
 *   node tools/kafka-jars.mjs
 *
 * Which jars: test/compat/kafka/pom.xml. Idempotent: a stamp holds the hash of the POM, and while it matches Maven is not started.
 * Nothing here is needed to build or to use the library.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pom = join(root, 'test/compat/kafka/pom.xml');

/** Which of the commands that are needed cannot be started here. Empty: all is there. */
export function missingCommands() {
  return ['java', 'javac', 'mvn'].filter(
    (command) => spawnSync(command, ['-version'], { stdio: 'ignore' }).status !== 0,
  );
}

/**
 * Makes sure that the jars are there and returns the Kafka version and the directory that holds them.
 * `log` gets one line for each thing done. Throws when Maven fails.
 */
export function kafkaJars(log, { offline = false } = {}) {
  return mavenJars({ pom, property: 'kafka.version', name: 'kafka', title: 'Kafka', offline, log });
}

/**
 * The jars that a POM names, copied by Maven to .cache/<name>-<version>/libs. `property` of the POM is the version. With `offline` Maven is
 * never started: throws if the jars are not there.
 */
export function mavenJars({ pom: path, property, name, title, offline, log }) {
  const text = readFileSync(path, 'utf8');
  const version = text.split(`<${property}>`)[1]?.split('<')[0];
  if (version === undefined) throw new Error(`no <${property}> in ${path}`);
  const home = join(root, '.cache', `${name}-${version}`);
  const libs = join(home, 'libs');
  const stamp = join(home, 'libs.stamp');
  const hash = createHash('sha256').update(text).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    log(`${title} ${version}: ${readdirSync(libs).length} jars are in ${libs}`);
    return { version, libs, home };
  }
  if (offline) throw new Error(`${title} ${version}: its jars were not fetched`);
  log(`${title} ${version}: fetching its jars by Maven to ${libs}`);
  rmSync(stamp, { force: true });
  rmSync(libs, { recursive: true, force: true });
  mkdirSync(libs, { recursive: true });
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${libs}`];
  const maven = spawnSync('mvn', ['-q', '-B', '-f', path, ...goal], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (maven.error !== undefined) throw maven.error;
  if (maven.status !== 0) throw new Error(`mvn ${goal[0]} ended with status ${maven.status}`);
  writeFileSync(stamp, hash);
  log(`${title} ${version}: ${readdirSync(libs).length} jars fetched`);
  return { version, libs, home };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = missingCommands();
  if (missing.length > 0) {
    console.error(`kafka-jars: not found: ${missing.join(', ')}. Install a JDK (17 or later) and Maven.`);
    process.exit(1);
  }
  kafkaJars((line) => console.log(line));
}
