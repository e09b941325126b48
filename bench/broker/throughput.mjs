/** Produce and consume rates and latencies under one client, what processor time both sides take for it, and memory after it. */
import { startLoad } from './clients.mjs';
import { measurePlan, plansOf, rowBesideKafka, rows, sizesOf, warmUp } from './load-round.mjs';
import { besideKafka, ofEach, startPair } from './pair.mjs';

const MIB = 2 ** 20;

function memoryFinding(pair) {
  const memory = ofEach(pair, (broker) => [broker.residentBytes.own / MIB]);
  const mark = { of: 'ratio', atMost: 0.1 };
  const row = 'memory of its own after it';
  return besideKafka({ row, unit: 'MiB', ours: memory.millrace, kafkas: memory.kafka, mark });
}

/** @param {{ client: 'java' | 'librdkafka' }} parameters */
export async function measure(context, { client }) {
  const load = await startLoad(context.stage, client, context.kafka);
  const pair = await startPair(context);
  const plans = plansOf(context);
  await warmUp(context, load, pair, plans[0]);
  const findings = [];
  for (const plan of plans) {
    const found = await measurePlan(context, load, pair, plan);
    findings.push(...rows.map((row) => rowBesideKafka(plan, row, found, 'millrace')));
  }
  findings.push(memoryFinding(pair));
  await load.stop();
  return { title: `${load.about}, 100 B / 1 KiB`, sizes: sizesOf(load.about, plans), findings };
}
