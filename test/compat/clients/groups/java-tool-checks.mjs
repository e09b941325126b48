/** Kafka's command-line tools of groups: consumers that are in one, and the tool that lists, describes, resets and deletes them. */
import { holds, same } from '../../kafka/tally.mjs';
import { outputOf } from '../command.mjs';
import { numberedRecords } from '../exchange.mjs';

const RECORDS = 30;

/** The words of the lines that have this one, without what is different in each run. */
function rowsWith(text, word) {
  return text
    .split('\n')
    .filter((line) => line.includes(word))
    .map((line) => line.trim().split(/\s+/));
}

/** `run`: of java-tool-checks.mjs. */
export function groupToolChecks(trial, run) {
  const tool = (name, args) => outputOf(run(name, args));
  const groups = (...args) => tool('consumer.group.ConsumerGroupCommand', args);
  const consume = (topic, group, count) =>
    tool('consumer.ConsoleConsumer', [
      '--topic',
      topic,
      '--group',
      group,
      '--max-messages',
      String(count),
      '--timeout-ms',
      '20000',
      '--command-property',
      'auto.offset.reset=earliest',
    ]);
  const topicWithRecords = async (word) => {
    const topic = await trial.makeTopic(word, { partitions: 1 });
    trial.store.partition(topic, 0).append(numberedRecords(RECORDS));
    return topic;
  };
  return {
    async 'kafka-console-consumer in a group: goes on where it was'() {
      const topic = await topicWithRecords('console-group');
      const first = (await consume(topic, topic, 10)).trim().split('\n');
      const second = (await consume(topic, topic, 20)).trim().split('\n');
      const values = numberedRecords(RECORDS).map(({ value }) => value.toString());
      same('values', [...first, ...second], values);
      same(
        'committed',
        (await trial.store.committedOffsets(topic)).map(({ offset }) => offset),
        [RECORDS],
      );
    },

    async 'kafka-consumer-groups: lists, describes, resets, deletes'() {
      const topic = await topicWithRecords('group-tool');
      await consume(topic, topic, 10);
      holds((await groups('--list')).split('\n').includes(topic), 'it is not in the list');
      const described = async (...args) => rowsWith(await groups('--describe', '--group', topic, ...args), topic);
      // GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG ...
      const [offsets] = (await described()).filter((row) => row[1] === topic);
      same('offsets', offsets.slice(2, 6), ['0', '10', String(RECORDS), String(RECORDS - 10)]);
      const [state] = (await described('--state')).filter((row) => row.includes('Empty'));
      holds(state !== undefined, 'its state is not Empty');
      const reset = ['--reset-offsets', '--group', topic, '--topic', topic];
      await groups(...reset, '--to-offset', '4', '--dry-run');
      const committed = async () => (await trial.store.committedOffsets(topic)).map(({ offset }) => offset);
      same('after a dry run', await committed(), [10]);
      await groups(...reset, '--to-offset', '4', '--execute');
      same('after a reset', await committed(), [4]);
      await groups(...reset, '--to-latest', '--execute');
      same('after a reset to the end', await committed(), [RECORDS]);
      await groups('--delete-offsets', '--group', topic, '--topic', topic);
      same('after the deletion of offsets', await committed(), []);
      await groups(...reset, '--to-earliest', '--execute');
      await groups('--delete', '--group', topic);
      holds(!(await groups('--list')).split('\n').includes(topic), 'it is in the list still');
    },

    async 'kafka-verifiable-consumer: all records, each committed'() {
      const topic = await topicWithRecords('verifiable-group');
      const args = [
        '--topic',
        topic,
        '--group-id',
        topic,
        '--max-messages',
        String(RECORDS),
        '--reset-policy',
        'earliest',
      ];
      const events = rowsOfJson(await tool('VerifiableConsumer', args));
      const read = events.filter(({ name }) => name === 'records_consumed').reduce((sum, { count }) => sum + count, 0);
      same('read', read, RECORDS);
      holds(
        events.some(({ name, success }) => name === 'offsets_committed' && success),
        'nothing was committed',
      );
      same(
        'committed',
        (await trial.store.committedOffsets(topic)).map(({ offset }) => offset),
        [RECORDS],
      );
    },
  };
}

function rowsOfJson(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
}
