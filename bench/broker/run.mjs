#!/usr/bin/env node
/**
 * `npm run bench:broker`: our broker and Apache Kafka on this machine, under the same load of Kafka's own client, in turn, round by round.
 *
 *   node bench/broker/run.mjs [--rounds N] [--records N] [--durable] [--only PATTERN]
 *
 * Produce and consume rates and latencies at record sizes 100 B and 1 KiB with acks 1 and all, memory after it, time to be ready. Latencies are also measured
 * at a rate that both can keep, since at full speed they tell of the client's queue. With `--durable`: topics whose every batch is flushed (`flush.messages=1`), over 1, 6, 16 and
 * 100 partitions. Needs Java and Maven.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kafkaJars, missingCommands } from '../../tools/kafka-jars.mjs';
import { describeMachine } from '../harness/machine.mjs';
import { printHead } from '../harness/report.mjs';
import { JavaLoad, startKafka, startMillrace } from './contestants.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    records: { type: 'string', default: '1000000' },
    durable: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const rounds = Number(values.rounds);
const records = Number(values.records);
/** Records a second at which latencies are compared. */
const PACE = 20_000;

const plans = values.durable
  ? [1, 6, 16, 100].map((partitions) => ({
      size: 100,
      acks: 'all',
      partitions,
      config: 'flush.messages=1',
      records: Math.min(records, 100_000),
    }))
  : [100, 1024].flatMap((size) =>
      ['1', 'all'].map((acks) => ({
        size,
        acks,
        partitions: 1,
        config: '',
        records: size > 100 ? Math.ceil(records / 4) : records,
      })),
    );

const missing = missingCommands();
if (missing.length > 0) {
  console.error(`bench:broker: not found: ${missing.join(', ')}. Install a JDK (17 or later) and Maven.`);
  process.exit(1);
}
const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-broker-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
const java = kafkaJars((line) => console.error(`bench:broker: ${line}`));
const load = await JavaLoad.start(compile(java));
const brokers = [await startMillrace(join(directory, 'millrace')), await startKafka(join(directory, 'kafka'), java)];

function compile({ libs, home }) {
  const classes = join(home, 'broker-load-classes');
  mkdirSync(classes, { recursive: true });
  const source = fileURLToPath(new URL('java/BrokerLoad.java', import.meta.url));
  const { status } = spawnSync('javac', ['-encoding', 'UTF-8', '-d', classes, '-cp', join(libs, '*'), source], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`javac ended with status ${status}`);
  return [classes, join(libs, '*')].join(':');
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** One plan, all rounds: medians by broker. */
async function measure(plan, index) {
  const found = brokers.map(() => ({ produce: [], p99: [], pacedP50: [], pacedP99: [], consume: [] }));
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const i of order) {
      const { address } = brokers[i];
      const topic = `t-${index}-${round}`;
      await load.run('create', address, topic, plan.partitions, plan.config);
      const [rate, , p99] = await load.run('produce', address, topic, plan.records, plan.size, plan.acks, 0);
      const [consumed] = await load.run('consume', address, topic, plan.records);
      const [, pacedP50, pacedP99] = await load.run('produce', address, topic, PACE * 2, plan.size, plan.acks, PACE);
      // The first round warms up.
      if (round === 0) continue;
      const into = found[i];
      into.produce.push(rate);
      into.p99.push(p99);
      into.consume.push(consumed);
      into.pacedP50.push(pacedP50);
      into.pacedP99.push(pacedP99);
    }
  }
  return found.map((each) =>
    Object.fromEntries(Object.entries(each).map(([name, numbers]) => [name, median(numbers)])),
  );
}

printHead(describeMachine(directory), { rounds });
console.log(`ready after: ${brokers.map(({ name, readyMs }) => `${name} ${readyMs.toFixed(0)} ms`).join(', ')}`);
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const memory = () =>
  brokers
    .map(({ name, residentBytes }) => `${name} ${mib(residentBytes.anonymous)} (${mib(residentBytes.all)} with files)`)
    .join(', ');
console.log(`idle memory: ${memory()}`);
for (const [index, plan] of plans.entries()) {
  const title = `${plan.size} B, acks ${plan.acks}, ${plan.partitions} partitions${plan.config === '' ? '' : `, ${plan.config}`}`;
  if (!title.includes(values.only)) continue;
  const [ours, kafka] = await measure(plan, index);
  console.log(`\n${title}, ${plan.records} records`);
  for (const [name, unit] of [
    ['produce', 'records/s'],
    ['consume', 'records/s'],
    ['p99', 'ms'],
    ['pacedP50', 'ms'],
    ['pacedP99', 'ms'],
  ]) {
    const digits = unit === 'ms' ? 2 : 0;
    console.log(
      `  ${name.padEnd(9)} millrace ${ours[name].toFixed(digits)} ${unit}, kafka ${kafka[name].toFixed(digits)}: ${(ours[name] / kafka[name]).toFixed(2)}`,
    );
  }
}
console.log(`\nmemory after it: ${memory()}`);
await load.stop();
await Promise.all(brokers.map((broker) => broker.stop()));
