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
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Broker } from './broker.mjs';
import { damageTails } from './damage.mjs';
import { prepareJava, startJava } from './java.mjs';

const [option] = process.argv.slice(2);
const expectOnly = option === '--expect-only';
const target = fileURLToPath(new URL('../../fixture/kafka-4.2', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'millrace-fixtures-'));
const log = (line) => console.log(line);

async function run(java, mainClass, args) {
  const child = startJava(java, mainClass, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`${mainClass} ${args.at(-1)} ended with status ${status}`);
}

/** Copies the log directory into the fixture and damages it when asked. */
function keep(logDir, name, damage) {
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
  const broker = await Broker.format(java, work, {
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.segment.bytes': 1 << 20,
    'log.index.size.max.bytes': 1200,
    'log.cleaner.backoff.ms': 100,
    'log.cleaner.dedupe.buffer.size': 8 << 20,
    'log.initial.task.delay.ms': 500,
    'log.retention.check.interval.ms': 500,
    'log.flush.offset.checkpoint.interval.ms': 500,
    'log.flush.start.offset.checkpoint.interval.ms': 500,
  });
  const runs = [
    { stages: ['create', 'first'], signal: 'SIGTERM' },
    { stages: ['second'], signal: 'SIGTERM', name: 'clean' },
    { stages: ['last'], signal: 'SIGKILL', name: 'killed' },
  ];
  for (const { stages, signal, name } of runs) {
    await broker.start();
    try {
      for (const stage of stages) {
        log(`stage ${stage}`);
        await run(java, 'FixtureWriter', [broker.server, broker.logDir, stage]);
      }
    } finally {
      await broker.stop(signal);
      log(`broker ended by ${signal}`);
    }
    if (name !== undefined) keep(broker.logDir, name, signal === 'SIGKILL');
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
