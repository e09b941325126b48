/**
 * What is possible at all on the processors that client and broker share: ours beside two brokers that do nothing but answer what was recorded and keep nothing (replay.mjs), one in C
 * and one on Node's own sockets, all held against Kafka in the same rounds. But for the noise no broker comes to more than the first, and none on Node's sockets to more than the
 * second.
 */
import { join } from 'node:path';
import { startLoad } from './clients.mjs';
import { fillOf, measurePlan, plansOf, rowBesideKafka, rows, sizesOf, warmUp } from './load-round.mjs';
import { startPair } from './pair.mjs';
import { ReplayBroker } from './replay.mjs';

/** Who is held against Kafka, as the table calls them. */
const CONTESTANTS = { millrace: 'millrace', node: 'nothing, in Node', c: 'nothing, in C' };
/** What marks are for, and what explains it. None has a mark here: it is told what marks can ask for. */
const rowsShown = rows.filter(({ row }) => !row.startsWith('processor time')).map((row) => ({ ...row, mark: null }));

function startReplay({ stage }, language) {
  return ReplayBroker.start(stage, join(stage.directory, `replay-${language}`), language);
}

function findingsOf(plan, found) {
  return rowsShown.flatMap((row) =>
    Object.entries(CONTESTANTS).map(([broker, called]) => rowBesideKafka(plan, row, found, broker, `: ${called}`)),
  );
}

/** @param {{ client: 'java' | 'librdkafka' }} parameters */
export async function measure(context, { client }) {
  const load = await startLoad(context.stage, client, context.kafka);
  const replays = { node: await startReplay(context, 'Node'), c: await startReplay(context, 'C') };
  const brokers = { ...(await startPair(context)), ...replays };
  const plans = plansOf(context);
  let recorded = 0;
  const record = async (plan) => {
    for (const broker of Object.values(replays)) await broker.record(load, fillOf(plan, `recorded-${recorded++}`));
  };
  await record(plans[0]);
  await warmUp(context, load, brokers, plans[0]);
  const findings = [];
  for (const plan of plans) {
    await record(plan);
    findings.push(...findingsOf(plan, await measurePlan(context, load, brokers, plan)));
  }
  await load.stop();
  return { title: `${load.about}, 100 B / 1 KiB`, ours: 'reached', sizes: sizesOf(load.about, plans), findings };
}
