/**
 * Makes test/fixture/kafka-4.2 again: starts a real broker, fills it, stops it once cleanly and once by SIGKILL, copies its log
 * directory, and lets Kafka say what is in it. What each fixture shows: test/fixture/kafka-4.2/README.md.
 *
 *   node test/compat/kafka/make-fixtures.mjs                 all of it
 *   node test/compat/kafka/make-fixtures.mjs --expect-only   only expected/, for the log directories that are there
 *
 * Needs Java and Maven and about a minute. Contents are the same each time; ids, producer ids and LogAppendTimes are not.
 */
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { damageTails } from './damage.mjs';
import { prepareJava, startJava } from './java.mjs';

const [option] = process.argv.slice(2);
const expectOnly = option === '--expect-only';
const target = fileURLToPath(new URL('../../fixture/kafka-4.2', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'millrace-fixtures-'));
const logDir = join(work, 'kafka');
const log = (line) => console.log(line);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The metadata log lives elsewhere, so that the log directory holds topics only. */
function serverProperties(ports) {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.broker}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': logDir,
    'metadata.log.dir': join(work, 'metadata'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.segment.bytes': 1 << 20,
    'log.index.size.max.bytes': 1200,
    'log.cleaner.backoff.ms': 100,
    'log.cleaner.dedupe.buffer.size': 8 << 20,
    'log.initial.task.delay.ms': 500,
    'log.retention.check.interval.ms': 500,
    'log.flush.offset.checkpoint.interval.ms': 500,
    'log.flush.start.offset.checkpoint.interval.ms': 500,
    'log.cleaner.threads': 1,
  };
  const path = join(work, 'server.properties');
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path, lines.join(''));
  return path;
}

async function run(java, mainClass, args) {
  const child = startJava(java, mainClass, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`${mainClass} ${args.at(-1)} ended with status ${status}`);
}

async function startBroker(java, properties) {
  const path = join(work, 'broker.log');
  const out = openSync(path, 'w');
  const broker = startJava(java, 'kafka.Kafka', [properties], { level: 'INFO', stdio: ['ignore', out, out] });
  for (let i = 0; i < 600; i++) {
    if (readFileSync(path, 'utf8').includes('Kafka Server started')) return broker;
    if (broker.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the broker did not start:\n${readFileSync(path, 'utf8').slice(-4000)}`);
}

async function stopBroker(broker, signal) {
  broker.kill(signal);
  await once(broker, 'exit');
  log(`broker ended by ${signal}`);
}

/** Copies the log directory into the fixture and damages it when asked. */
function keep(name, damage) {
  const home = join(target, name);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  cpSync(logDir, join(home, 'log-dir'), { recursive: true, filter: (path) => !path.endsWith('/.lock') });
  if (damage)
    writeFileSync(join(home, 'damage.json'), `${JSON.stringify(damageTails(join(home, 'log-dir')), null, 2)}\n`);
}

/** Lets Kafka report on copies of what was kept. */
async function expect(java, name) {
  const copies = ['known', 'unknown'].map((which) => join(work, `${name}-${which}`));
  for (const copy of copies) cpSync(join(target, name, 'log-dir'), copy, { recursive: true });
  await run(java, 'FixtureExpect', [...copies, join(target, name, 'expected')]);
}

async function write(java) {
  const ports = { broker: await freePort(), controller: await freePort() };
  const properties = serverProperties(ports);
  const server = `127.0.0.1:${ports.broker}`;
  await run(java, 'kafka.tools.StorageTool', ['format', '-t', 'bWlsbHJhY2UtZml4dHVyZQ', '-c', properties]);
  const stages = [
    { stages: ['create', 'first'], signal: 'SIGTERM' },
    { stages: ['second'], signal: 'SIGTERM', keep: 'clean' },
    { stages: ['last'], signal: 'SIGKILL', keep: 'killed' },
  ];
  for (const { stages: names, signal, keep: name } of stages) {
    const broker = await startBroker(java, properties);
    try {
      for (const stage of names) {
        log(`stage ${stage}`);
        await run(java, 'FixtureWriter', [server, logDir, stage]);
      }
    } finally {
      await stopBroker(broker, signal);
    }
    if (name !== undefined) keep(name, signal === 'SIGKILL');
  }
}

async function main() {
  const java = prepareJava(log);
  if (!expectOnly) await write(java);
  for (const name of ['clean', 'killed']) await expect(java, name);
  log(`made with Kafka ${java.version} in ${target}`);
}

try {
  await main();
  rmSync(work, { recursive: true, force: true });
} catch (error) {
  console.error(`kept for a look: ${work}`);
  throw error;
}
