/**
 * What is possible at all on the processors that client and broker share: ours beside two brokers that do nothing but answer what was recorded and keep nothing (replay.mjs), one in C
 * and one on Node's own sockets, all held against Kafka in the same rounds. No broker can come to more than the first, and none on Node's sockets to more than the second.
 */
import { join } from 'node:path';
import { inRounds } from '../harness/rounds.mjs';
import { startLoad } from './clients.mjs';
import { fillOf, plansOf, round, rows, sizesOf, warmUp } from './load-round.mjs';
import { besideKafka, ofEach, startPair } from './pair.mjs';
import { ReplayBroker } from './replay.mjs';

/** Who is held against Kafka, as the table calls them. */
const CONTESTANTS = { millrace: 'millrace', node: 'nothing, in Node', c: 'nothing, in C' };
const figuresShown = rows.filter(({ figure }) => !/Processor|Client/.test(figure));

function startReplay({ stage }, language) {
  return ReplayBroker.start(stage, join(stage.directory, `replay-${language}`), language);
}

/** None of them has marks: what is told is what marks can ask for. */
function findingsOf({ title, acks }, found) {
  const figures = (broker, name) => found[broker].map((each) => each[name]);
  return figuresShown.flatMap(({ row, figure, unit }) =>
    Object.entries(CONTESTANTS).map(([broker, called]) =>
      besideKafka({
        row: `${row}, acks ${acks}: ${called}`,
        what: `${title}: ${row}, acks ${acks}: ${called}`,
        unit,
        ours: figures(broker, figure),
        kafkas: figures('kafka', figure),
      }),
    ),
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
    const found = await inRounds(
      context,
      ofEach(brokers, (broker) => () => round(context, load, broker, plan)),
    );
    findings.push(...findingsOf(plan, found));
  }
  await load.stop();
  return { title: `${load.about}, 100 B / 1 KiB`, ours: 'reached', sizes: sizesOf(load.about, plans), findings };
}
