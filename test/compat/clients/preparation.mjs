/**
 * Brings what the clients need that npm does not bring with the package: Python's clients and node-rdkafka to .cache/clients, Kafka's own tools by Maven. Each function
 * returns what is needed to start the client, or throws an error whose message says what is missing here. What is there is not fetched again.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mavenJars } from '../../../tools/kafka-jars.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../../.cache/clients/', import.meta.url));
const NODE_RDKAFKA = '3.6.1';
/** Its librdkafka is compiled. */
const COMPILE_MS = 40 * 60_000;
const FETCH_MS = 5 * 60_000;

function runs(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Throws what the command said when it failed. */
function run(command, args, timeout, cwd = cache) {
  try {
    execFileSync(command, args, { cwd, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const said = [error.stderr, error.stdout].map(String).join('\n').trim().split('\n').slice(-8).join('\n');
    throw new Error(`${command} ${args[0]} failed: ${said || error.message}`, { cause: error });
  }
}

/** Runs `make` in an empty folder unless it was run with the same `inputs`. */
function once(name, inputs, make) {
  const folder = join(cache, name);
  const stamp = join(folder, 'made.stamp');
  const hash = createHash('sha256').update(inputs).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder);
  writeFileSync(stamp, hash);
  return folder;
}

/** The Python that has the clients of python/requirements.txt. */
export function pythonWithClients(log) {
  if (!runs('python3', ['--version'])) throw new Error('python3 is not found');
  const requirements = join(here, 'python/requirements.txt');
  const folder = once('python', readFileSync(requirements), (target) => {
    log(`fetching Python's clients to ${target}`);
    run('python3', ['-m', 'venv', target], FETCH_MS);
    run(join(target, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements], FETCH_MS);
  });
  return join(folder, 'bin/python');
}

/** The folder in which node-rdkafka is installed. */
export function nodeRdkafka(log) {
  return once(`node-rdkafka-${NODE_RDKAFKA}`, `${NODE_RDKAFKA} ${process.version}`, (target) => {
    log(`compiling node-rdkafka ${NODE_RDKAFKA} in ${target}: some minutes`);
    writeFileSync(join(target, 'package.json'), '{ "private": true }\n');
    const quietly = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];
    run('npm', ['install', ...quietly, `node-rdkafka@${NODE_RDKAFKA}`], FETCH_MS, target);
    // By name: npm 12 runs no install script by itself. One job: its make knows not all that it depends on.
    run('npm', ['run', 'install'], COMPILE_MS, join(target, 'node_modules/node-rdkafka'));
    run(process.execPath, ['-e', 'require("node-rdkafka")'], FETCH_MS, target);
  });
}

/** What java.mjs needs to start Kafka's client and tools. */
export function kafkaTools(log) {
  return javaJars('pom.xml', 'kafka-tools', "Kafka's tools", log);
}

export function kafkaStreams(log) {
  return javaJars('streams/pom.xml', 'kafka-streams', 'Kafka Streams', log);
}

function javaJars(pom, name, title, log) {
  for (const command of ['java', 'mvn']) {
    if (!runs(command, ['-version'])) throw new Error(`${command} is not found (a JDK of 17 or later, and Maven)`);
  }
  const { version, libs } = mavenJars({
    pom: join(here, pom),
    property: 'kafka.version',
    name,
    title,
    offline: false,
    log,
  });
  return { version, classpath: join(libs, '*') };
}

/** The same `jars` with what is compiled of a Java file beside them: for a class that is started often. */
export function javaClasses(source, jars, log) {
  const { version, classpath } = jars;
  const name = basename(source, '.java').toLowerCase();
  const classes = once(`java-${name}`, `${version} ${readFileSync(source, 'utf8')}`, (target) => {
    log(`compiling ${source} to ${target}`);
    const lint = ['-Xlint:all,-processing,-path,-classfile', '-Werror'];
    run('javac', [...lint, '-encoding', 'UTF-8', '-d', target, '-cp', classpath, source], FETCH_MS);
  });
  return { version, classpath: [classes, classpath].join(delimiter) };
}

/** kcat's version, with that of the librdkafka in it. */
export function kcatVersion() {
  const { status, stdout } = spawnSync('kcat', ['-V'], { encoding: 'utf8' });
  if (status !== 0) throw new Error('kcat is not found');
  const [, version, library] = /Version (\S+).*librdkafka (\S+)/.exec(stdout) ?? [];
  return `${version}, librdkafka ${library}`;
}
