/** The two brokers, each as its users start it: `millrace broker`, and Apache Kafka with its default JVM options (KRaft, one node). */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/compat/kafka/free-port.mjs';
import { BrokerProcess } from './broker-process.mjs';

const millrace = fileURLToPath(import.meta.resolve('#millrace/cli/main.js'));
const log4j = new URL('../../test/compat/kafka/java/log4j2.properties', import.meta.url).href;
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
const CLUSTER = 'bWlsbHJhY2UtZml4dHVyZQ';
const PIPES = ['ignore', 'pipe', 'pipe'];

/** Keeps its data in `directory`, which it makes. */
export function startMillrace(stage, directory, settings = {}) {
  const overrides = Object.entries(settings).flatMap(([name, value]) => ['--override', `${name}=${value}`]);
  const args = [millrace, 'broker', '--data', directory, '--port', '0', '--json', ...overrides];
  const child = stage.spawn(process.execPath, args, {
    stdio: PIPES,
    // It speaks TLS with nobody: where a machine names certificates of its own, their loading is no part of a start.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: '' },
  });
  return BrokerProcess.start({
    child,
    data: directory,
    ready: /"address":"([^"]+)"/,
    address: ([, address]) => address,
  });
}

/** The same for Kafka, whose jars are in `libs`. */
export async function startKafka(stage, directory, { libs }) {
  mkdirSync(directory, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const file = join(directory, 'server.properties');
  const data = join(directory, 'data');
  writeFileSync(file, propertiesOf(address, `127.0.0.1:${await freePort()}`, data));
  const java = (flags, ...args) =>
    stage.spawn('java', [...flags, `-Dlog4j2.configurationFile=${log4j}`, '-cp', join(libs, '*'), ...args], {
      stdio: PIPES,
    });
  const format = java([], 'kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', file);
  for (const stream of [format.stdout, format.stderr]) stream.resume();
  const [status] = await once(format, 'exit');
  if (status !== 0) throw new Error(`Kafka's StorageTool ended with status ${status}`);
  const child = java([...KAFKA_JVM, '-Djudge.log.level=INFO'], 'kafka.Kafka', file);
  return BrokerProcess.start({ child, data, ready: /Kafka Server started/, address: () => address });
}

function propertiesOf(address, controller, data) {
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${address},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${address}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': data,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    // So that the files of a topic are gone soon after it, as they are with us, and what they take falls into nobody's round.
    'log.segment.delete.delay.ms': 100,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
