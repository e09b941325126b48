/**
 * What one client does to one broker, round by round: a topic of its own is filled, read, and filled at a pace, with records of 100 B and 1 KiB and acks 1 and all. At full speed
 * a latency tells most of how long the client's own queue is, so it is also measured at a rate that all can keep, with a client that does not wait for more records.
 */
import { bringMemoryIn } from '../harness/memory.mjs';
import { inRounds } from '../harness/rounds.mjs';
import { besideKafka, ofEach } from './pair.mjs';
import { MICROS_A_TICK } from './processor-time.mjs';
import { createTopic, removeTopic } from './topics.mjs';

/** What both clients are set to by default. */
const LINGER_MS = 5;
const PACE = 20_000;
const SHOWN_PACE = `${PACE / 1000} k records/s`;
const PACED_SECONDS = 2;

/** What a round finds, and the marks that ours must reach beside Kafka. */
export const rows = [
  { row: 'produce', figure: 'produce', unit: 'records/s', mark: { of: 'ratio', atLeast: 1.5 } },
  { row: 'consume', figure: 'consume', unit: 'records/s', mark: { of: 'ratio', atLeast: 1.5 } },
  { row: 'processor time of the broker, produce', figure: 'produceProcessor', unit: 'µs a record' },
  { row: 'processor time of the client, produce', figure: 'produceClient', unit: 'µs a record' },
  { row: 'processor time of the broker, consume', figure: 'consumeProcessor', unit: 'µs a record' },
  { row: 'processor time of the client, consume', figure: 'consumeClient', unit: 'µs a record' },
  { row: 'p99 of a produce at full speed', figure: 'p99', unit: 'ms', mark: { of: 'ratio', atMost: 0.5 } },
  { row: `p50 at ${SHOWN_PACE}`, figure: 'pacedP50', unit: 'ms' },
  { row: `p99 at ${SHOWN_PACE}`, figure: 'pacedP99', unit: 'ms', mark: { of: 'ratio', atMost: 0.5 } },
];

/** What is measured, in the order of a table's columns. */
export function plansOf({ pick }) {
  const sizes = [
    { size: 100, title: '100 B', records: pick(3_000_000, 2000) },
    { size: 1024, title: '1 KiB', records: pick(600_000, 500) },
  ];
  return sizes.flatMap((size) =>
    ['1', 'all'].map((acks) => ({ ...size, acks, paced: pick(PACED_SECONDS * PACE, 2000) })),
  );
}

/** How a topic is filled at full speed. */
export const fillOf = ({ size, records, acks }, topic) => ({ topic, records, size, acks, lingerMs: LINGER_MS });

/** A JVM compiles in steps, the client's and Kafka's: the round that never counts is not enough at first. */
export async function warmUp(context, load, brokers, plan) {
  for (let i = 0; i < context.pick(5, 0); i++) {
    for (const broker of Object.values(brokers)) await round(context, load, broker, plan);
  }
}

/** By broker the figures of each round. */
export function measurePlan(context, load, brokers, plan) {
  return inRounds(
    context,
    ofEach(brokers, (broker) => () => round(context, load, broker, plan)),
  );
}

/** A row of a plan: what a broker has found beside what Kafka has, by `measurePlan`. `label`: of the row, where not only ours has one. */
export function rowBesideKafka({ title, acks }, { row, figure, unit, mark }, found, broker, label = '') {
  const figures = (name) => found[name].map((each) => each[figure]);
  const called = `${row}, acks ${acks}${label}`;
  return besideKafka({
    row: called,
    what: `${title}: ${called}`,
    unit,
    mark,
    ours: figures(broker),
    kafkas: figures('kafka'),
  });
}

let topics = 0;

/** One broker's round: its figures. */
async function round({ stage }, load, broker, plan) {
  const topic = `t-${topics++}`;
  const { address } = broker;
  const { size, records, acks, paced } = plan;
  bringMemoryIn(stage.directory, records * size * 1.25);
  await createTopic(address, topic);
  const fill = fillOf(plan, topic);
  const filled = await withProcessors(load, broker, records, () => load.produce(address, fill));
  const read = await withProcessors(load, broker, records, () =>
    load.consume(address, { topic: broker.recorded ?? topic, records }),
  );
  const pace = { rate: PACE, warm: paced / 4, lingerMs: 0 };
  const slow = await load.produce(address, { topic, records: paced, size, acks, ...pace });
  await removeTopic(broker, topic);
  return {
    produce: filled.result.rate,
    produceProcessor: filled.broker,
    produceClient: filled.client,
    p99: filled.result.p99,
    consume: read.result,
    consumeProcessor: read.broker,
    consumeClient: read.client,
    pacedP50: slow.p50,
    pacedP99: slow.p99,
  };
}

/** Processor time of both sides beside what they did, in µs a record. */
async function withProcessors(load, broker, records, work) {
  const before = { broker: broker.processorMicros, client: load.processorMicros };
  const result = await work();
  const taken = (side, { processorMicros }) => Math.max(processorMicros - before[side], MICROS_A_TICK) / records;
  return { result, broker: taken('broker', broker), client: taken('client', load) };
}

/** How large what was measured is, in a line. */
export function sizesOf(about, plans) {
  const counts = ['100 B', '1 KiB'].map((title) => `${plans.find((plan) => plan.title === title).records} of ${title}`);
  return `${about}, one partition, ${counts.join(' or ')} a round; then ${plans[0].paced} at ${SHOWN_PACE} and linger.ms 0, else ${LINGER_MS}`;
}
