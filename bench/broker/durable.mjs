/**
 * Commit durability: latencies of a produce to topics whose every batch is flushed before it is acknowledged (`flush.messages=1`, acks all), over 1, 6, 16 and 100
 * partitions. The rate is one that both brokers can keep; the records go to all partitions in turn and the client waits for no more of them, so nearly each is
 * a batch of its own.
 */
import { inRounds } from '../harness/rounds.mjs';
import { startLoad } from './clients.mjs';
import { besideKafka, startPair } from './pair.mjs';
import { createTopic } from './topics.mjs';

const PARTITIONS = [1, 6, 16, 100];
const SIZE = 100;
const PACE = 500;
const SECONDS = 4;

/** @param {{ client: 'java' | 'librdkafka' }} parameters */
export async function measure(context, { client }) {
  const load = await startLoad(context.stage, client, context.kafka);
  const pair = await startPair(context);
  const records = context.pick(SECONDS * PACE, 200);
  const order = { records, size: SIZE, acks: 'all', rate: PACE, lingerMs: 0, warm: records / 4 };
  const tasks = {};
  for (const partitions of PARTITIONS) {
    for (const [name, { address }] of Object.entries(pair)) {
      const topic = `durable-${partitions}`;
      await createTopic(address, topic, { partitions, config: { 'flush.messages': '1' } });
      tasks[`${name} ${partitions}`] = () => load.produce(address, { topic, ...order });
    }
  }
  const found = await inRounds(context, tasks);
  await load.stop();
  const latencies = (broker, partitions, quantile) => found[`${broker} ${partitions}`].map((each) => each[quantile]);
  const findings = PARTITIONS.flatMap((partitions) =>
    ['p50', 'p99'].map((quantile) =>
      besideKafka({
        row: partitions === 1 ? '1 partition' : `${partitions} partitions`,
        what: `${quantile}, ${partitions} partitions`,
        unit: 'ms',
        ours: latencies('millrace', partitions, quantile),
        kafkas: latencies('kafka', partitions, quantile),
      }),
    ),
  );
  const growth = (broker, quantile) => {
    const few = latencies(broker, PARTITIONS[0], quantile);
    return latencies(broker, PARTITIONS.at(-1), quantile).map((many, round) => many / few[round]);
  };
  for (const quantile of ['p50', 'p99']) {
    findings.push(
      besideKafka({
        row: '100 partitions to 1',
        what: `${quantile}, 100 partitions to 1`,
        unit: 'times',
        ours: growth('millrace', quantile),
        kafkas: growth('kafka', quantile),
      }),
    );
  }
  return {
    title: 'latency of a durable produce, p50 / p99',
    sizes: `${load.about}, flush.messages=1, acks all, ${SIZE} B, ${records} records a round at ${PACE} records/s, linger.ms 0`,
    findings,
  };
}
