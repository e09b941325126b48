/** The two brokers, each a process of its own on a port of its own: ours, and Apache Kafka with its default JVM options (KRaft, one node). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const READY_MS = 60_000;
/** bin/kafka-server-start.sh and kafka-run-class.sh of the distribution. */
const KAFKA_JVM = [
  '-server',
  '-Xms1G',
  '-Xmx1G',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-XX:MaxInlineLevel=15',
  '-Djava.awt.headless=true',
];
const log4j = new URL('../../test/compat/kafka/java/log4j2.properties', import.meta.url).href;

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

class BrokerProcess {
  /** @param {{ name: string, address: string, child: import('node:child_process').ChildProcess, readyMs: number }} started */
  constructor({ name, address, child, readyMs }) {
    this.name = name;
    this.address = address;
    /** From the command to the moment at which it serves. */
    this.readyMs = readyMs;
    this.child = child;
  }

  /** Memory of its own, without pages of files. */
  get residentBytes() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const of = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0) * 1024;
    return { anonymous: of('RssAnon'), all: of('VmRSS') };
  }

  async stop() {
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }
}

/** Settles when `isReady` says so of what the process has printed. */
async function ready(child, isReady, output) {
  const began = performance.now();
  while (!isReady()) {
    if (child.exitCode !== null || performance.now() - began > READY_MS)
      throw new Error(`it did not start:\n${output().slice(-3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return performance.now() - began;
}

export async function startMillrace(directory) {
  const port = await freePort();
  const script = fileURLToPath(new URL('millrace-broker.mjs', import.meta.url));
  let said = '';
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: '' };
  const child = spawn(process.execPath, [script, join(directory, 'data'), String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  child.stdout.on('data', (text) => (said += text));
  const readyMs = await ready(
    child,
    () => said.includes('ready'),
    () => said,
  );
  return new BrokerProcess({ name: 'millrace', address: `127.0.0.1:${port}`, child, readyMs });
}

export async function startKafka(directory, { libs }, settings = {}) {
  mkdirSync(directory, { recursive: true });
  const [port, controller] = [await freePort(), await freePort()];
  const file = join(directory, 'server.properties');
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(directory, 'data'),
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    ...settings,
  };
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const classpath = ['-cp', join(libs, '*')];
  const format = spawn(
    'java',
    [
      `-Dlog4j2.configurationFile=${log4j}`,
      ...classpath,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      'bWlsbHJhY2UtZml4dHVyZQ',
      '-c',
      file,
    ],
    { stdio: 'ignore' },
  );
  const [status] = await once(format, 'exit');
  if (status !== 0) throw new Error(`StorageTool ended with status ${status}`);
  const output = join(directory, 'broker.log');
  const out = openSync(output, 'w');
  const logging = [`-Dlog4j2.configurationFile=${log4j}`, '-Djudge.log.level=INFO'];
  const child = spawn('java', [...KAFKA_JVM, ...logging, ...classpath, 'kafka.Kafka', file], {
    stdio: ['ignore', out, out],
  });
  const read = () => readFileSync(output, 'utf8');
  const readyMs = await ready(child, () => read().includes('Kafka Server started'), read);
  return new BrokerProcess({ name: 'kafka', address: `127.0.0.1:${port}`, child, readyMs });
}

/** Kafka's client in a JVM that stays: one command a line, one line back. */
export class JavaLoad {
  constructor(child) {
    this.child = child;
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static async start(classpath) {
    const flags = ['-Xms512m', '-Xmx512m', '-XX:+UseParallelGC', `-Dlog4j2.configurationFile=${log4j}`];
    const load = new JavaLoad(
      spawn('java', [...flags, '-cp', classpath, 'BrokerLoad'], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await load.lines.next();
    return load;
  }

  /** @returns {Promise<number[]>} */
  async run(...words) {
    this.child.stdin.write(`${words.join(' ')}\n`);
    const { value, done } = await this.lines.next();
    if (done || value.startsWith('failed')) throw new Error(`${words.join(' ')}: ${value ?? 'the load has ended'}`);
    return value.split(' ').map(Number);
  }

  async stop() {
    this.child.stdin.end();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }
}
