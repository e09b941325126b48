/**
 * Commit durability: latencies of a produce to topics whose every batch is flushed before it is acknowledged (`flush.messages=1`, acks all), over 1, 6, 16 and 100
 * partitions. The records go to all partitions in turn and the client waits for no more of them, so nearly each is a batch of its own. The rate is half of what
 * both brokers have kept over 100 partitions.
 */
import { inRounds } from '../harness/rounds.mjs';
import { startLoad } from './clients.mjs';
import { besideKafka, startPair } from './pair.mjs';
import { createTopic } from './topics.mjs';

const PARTITIONS = [1, 6, 16, 100];
const MANY = PARTITIONS.at(-1);
const QUANTILES = ['p50', 'p99'];
/** Short: where a disk pauses for 80 ms now and then, that is the worst hundredth of most rounds of three seconds, whatever is measured, and of few that last one. */
const SECONDS = 1;
/** Records a second that are tried, the first ones also to warm up. */
const PACES = [1000, 500, 200, 100];
/** What a broker reaches of a rate that it keeps: the last answers come after the last record. */
const KEPT = 0.97;

const order = { size: 100, acks: 'all', lingerMs: 0 };
const over = (partitions) => `${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`;
const topicOf = (partitions) => `durable-${partitions}`;

/** Half of the highest rate at which no broker falls behind, or of the lowest that was tried. */
async function paceOf(load, pair) {
  for (const rate of PACES) {
    let isKept = true;
    for (const { address } of Object.values(pair)) {
      const found = await load.produce(address, { ...order, topic: topicOf(MANY), rate, records: 2 * rate });
      isKept &&= found.rate >= rate * KEPT;
    }
    if (isKept) return rate / 2;
  }
  return PACES.at(-1) / 2;
}

/** By `BROKER PARTITIONS` the latencies of each round. */
async function latenciesOf(context, { load, pair, rate, records }) {
  const tasks = {};
  for (const partitions of PARTITIONS) {
    for (const [name, { address }] of Object.entries(pair)) {
      const paced = { ...order, topic: topicOf(partitions), rate, records, warm: records / 4 };
      tasks[`${name} ${partitions}`] = () => load.produce(address, paced);
    }
  }
  return inRounds(context, tasks);
}

function findingsOf(found) {
  const latencies = (broker, partitions, quantile) => found[`${broker} ${partitions}`].map((each) => each[quantile]);
  const growth = (broker, quantile) => {
    const few = latencies(broker, PARTITIONS[0], quantile);
    return latencies(broker, MANY, quantile).map((many, round) => many / few[round]);
  };
  return [
    ...PARTITIONS.flatMap((partitions) =>
      QUANTILES.map((quantile) =>
        beside(over(partitions), quantile, 'ms', (broker) => latencies(broker, partitions, quantile)),
      ),
    ),
    ...QUANTILES.map((quantile) =>
      beside(`${over(MANY)} to ${PARTITIONS[0]}`, quantile, 'times', (broker) => growth(broker, quantile)),
    ),
  ];
}

function beside(row, quantile, unit, figures) {
  return besideKafka({
    row,
    what: `${quantile}, ${row}`,
    unit,
    ours: figures('millrace'),
    kafkas: figures('kafka'),
  });
}

/** Who did not reach the rate in half of the rounds: latencies of an overloaded broker only tell for how long it was loaded. */
function overloaded(found, rate) {
  return Object.entries(found)
    .filter(([, rounds]) => rounds.filter((each) => each.rate < rate * KEPT).length * 2 > rounds.length)
    .map(([task]) => task.split(' '))
    .map(([name, partitions]) => `overloaded: ${name} with ${over(Number(partitions))}`);
}

/** @param {{ client: 'java' | 'librdkafka' }} parameters */
export async function measure(context, { client }) {
  const load = await startLoad(context.stage, client, context.kafka);
  const pair = await startPair(context);
  for (const partitions of PARTITIONS) {
    for (const { address } of Object.values(pair)) {
      await createTopic(address, topicOf(partitions), { partitions, config: { 'flush.messages': '1' } });
    }
  }
  const rate = context.smoke ? PACES.at(-1) : await paceOf(load, pair);
  const records = context.pick(SECONDS * rate, 40);
  const found = await latenciesOf(context, { load, pair, rate, records });
  await load.stop();
  return {
    title: 'a durable produce, p50 / p99',
    sizes: `${load.about}, flush.messages=1, acks all, ${order.size} B, ${records} records a round at ${rate} records/s, linger.ms 0`,
    findings: findingsOf(found),
    notes: context.smoke ? [] : overloaded(found, rate),
  };
}
