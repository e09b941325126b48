/** Both brokers, with their data on one stage, and the findings that hold ours against Kafka. */
import { join } from 'node:path';
import { finding } from '../harness/findings.mjs';
import { startKafka, startMillrace } from './brokers.mjs';

export async function startPair({ stage, kafka }) {
  return {
    millrace: await startMillrace(stage, join(stage.directory, 'millrace')),
    kafka: await startKafka(stage, join(stage.directory, 'kafka'), kafka),
  };
}

/** By name of the broker what `of` makes of it. */
export function ofEach(brokers, of) {
  return Object.fromEntries(Object.entries(brokers).map(([name, broker]) => [name, of(broker, name)]));
}

/**
 * Our figures beside Kafka's of the same rounds. `row` names the line of the table in Markdown that the finding is part of.
 *
 * @param {{ row: string, what?: string, unit: string, ours: number[], kafkas: number[], mark?: import('../harness/findings.mjs').Mark | null }} measured
 */
export function besideKafka({ row, what = row, unit, ours, kafkas, mark = null }) {
  return { row, ...finding({ what, unit, figures: ours, baseline: { what: 'Kafka', figures: kafkas }, mark }) };
}
