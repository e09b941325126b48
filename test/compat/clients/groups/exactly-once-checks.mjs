/**
 * Consume, transform, produce: a client that commits its offsets with what it makes of the records. It is killed in the middle, and another one goes on: of
 * each record one thing was made, and all offsets are committed.
 */
import { fileURLToPath } from 'node:url';
import { same } from '../../kafka/tally.mjs';
import { pythonWithClients } from '../preparation.mjs';
import { Member, until } from './member.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const RECORDS = 40;
const KILLED_AFTER = 15;

/** `prepare(log)` throws what is missing here. */
export const processors = {
  kafkajs: { prepare: () => [process.execPath, file('kafkajs-processor.mjs')] },
  'confluent-kafka': { prepare: (log) => [pythonWithClients(log), file('confluent-kafka-processor.py')] },
};

export function exactlyOnceChecks(trial, command) {
  return {
    'a processor that is killed: everything exactly once': async () => {
      const topic = await trial.makeTopic('source', { partitions: 2 });
      const output = await trial.makeTopic('made');
      const values = Array.from({ length: RECORDS }, (_, i) => String(i));
      for (const [i, value] of values.entries()) trial.store.partition(topic, i % 2).append([{ value }]);
      const group = `of-${topic}`;
      const about = { address: trial.address, group, topic, output };
      const members = [new Member(command, about)];
      try {
        await until('some are processed', () => members[0].records.length >= KILLED_AFTER, members);
        await members[0].kill();
        members.push(new Member(command, about));
        const committed = async () => {
          const offsets = await trial.store.committedOffsets(group);
          return offsets.reduce((sum, { offset }) => sum + offset, 0);
        };
        await until('all are committed', async () => (await committed()) === RECORDS, members);
        await members[1].leave();
      } finally {
        for (const member of members) await member.kill();
      }
      const consumer = trial.store.consumer({ isolation: 'read_committed' });
      consumer.assign([{ topic: output, partition: 0, offset: 0 }]);
      const made = [];
      for await (const batch of consumer) {
        for (const { value } of batch) made.push(String(value));
        if (made.length >= RECORDS) break;
      }
      await consumer.close();
      const byText = (a, b) => a.localeCompare(b);
      same('made', made.sort(byText), values.map((value) => `made of ${value}`).sort(byText));
    },
  };
}
