/**
 * Kafka's own command-line tools on our broker, each as its script would start it; those of groups stand in groups/java-tool-checks.mjs.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startJava } from '../kafka/java.mjs';
import { holds, same } from '../kafka/tally.mjs';
import { lacking } from './advertised.mjs';
import { ended, outputOf } from './command.mjs';
import { FIRST_TIMESTAMP, numberedRecords } from './exchange.mjs';
import { groupToolChecks } from './groups/java-tool-checks.mjs';

const PIPES = { stdio: ['pipe', 'pipe', 'pipe'], level: 'ERROR' };

/** Throws unless all of these words stand in it. */
function contains(text, ...words) {
  for (const word of words) holds(text.includes(word), `no ${JSON.stringify(word)} in: ${text}`);
}

/** `Produce(0): 0 to 13 [usable: 13],`, of an API that the tool knows. */
function advertisedIn(text) {
  return Array.from(text.matchAll(/\w+\((\d+)\): (\d+)(?: to (\d+))? \[usable/g), ([, key, from, to = from]) => ({
    key: Number(key),
    from: Number(from),
    to: Number(to),
  }));
}

/** Runs a tool of org.apache.kafka.tools on the broker. */
function toolRunner(trial, java) {
  const start = (mainClass, args, input) => ended(startJava(java, mainClass, args, PIPES), input);
  return (name, args, input) =>
    start(
      name.startsWith('kafka.') ? name : `org.apache.kafka.tools.${name}`,
      ['--bootstrap-server', trial.address, ...args],
      input,
    );
}

function topicChecks(trial, run) {
  const tool = (name, args) => outputOf(run(name, args));
  return {
    async 'kafka-broker-api-versions: the versions that clients need'() {
      const found = advertisedIn(await tool('BrokerApiVersionsCommand', []));
      holds(found.length > 10, `${found.length} APIs`);
      same('lacking', lacking(found), []);
    },

    async 'kafka-topics: creates, lists, describes, widens, deletes'() {
      const topic = trial.topicName('tool');
      const made = ['--topic', topic, '--partitions', '3', '--replication-factor', '1', '--config', 'retention.ms=-1'];
      contains(await tool('TopicCommand', ['--create', ...made]), `Created topic ${topic}.`);
      contains(await tool('TopicCommand', ['--list']), topic);
      const again = await run('TopicCommand', ['--create', ...made]);
      holds(again.status !== 0 && again.said.includes('already exists'), again.said);
      await tool('TopicCommand', ['--alter', '--topic', topic, '--partitions', '5']);
      const described = await tool('TopicCommand', ['--describe', '--topic', topic]);
      contains(
        described,
        `TopicId: ${trial.store.topic(topic).id}`,
        'PartitionCount: 5',
        'retention.ms=-1',
        'Partition: 4',
      );
      await tool('TopicCommand', ['--delete', '--topic', topic]);
      same('the topic after that', trial.store.findTopic(topic), null);
    },

    async 'kafka-configs: describes and changes settings of a topic'() {
      const topic = await trial.makeTopic('configured');
      const about = ['--entity-type', 'topics', '--entity-name', topic];
      const change = ['--alter', '--add-config', 'max.message.bytes=2000,cleanup.policy=compact'];
      await tool('kafka.admin.ConfigCommand', [...about, ...change]);
      same('setting', trial.store.topic(topic).config['max.message.bytes'], 2000);
      contains(
        await tool('kafka.admin.ConfigCommand', [...about, '--describe']),
        'max.message.bytes=2000',
        'cleanup.policy=compact',
        'DYNAMIC_TOPIC_CONFIG',
      );
      await tool('kafka.admin.ConfigCommand', [...about, '--alter', '--delete-config', 'max.message.bytes']);
      same('setting after that', trial.store.topic(topic).config['max.message.bytes'] ?? null, null);
      const refused = await run('kafka.admin.ConfigCommand', [
        ...about,
        '--alter',
        '--add-config',
        'cleanup.policy=never',
      ]);
      holds(refused.status !== 0 && refused.said.includes('InvalidConfig'), refused.said);
      const broker = await tool('kafka.admin.ConfigCommand', [
        '--entity-type',
        'brokers',
        '--describe',
        '--all',
        '--entity-default',
      ]);
      contains(broker, 'Default configs for brokers');
    },

    async 'kafka-configs: describes and changes settings of the broker, and of all brokers'() {
      const topic = await trial.makeTopic('defaults');
      const name = 'log.message.timestamp.before.max.ms';
      const has = () => trial.store.topicConfig(topic)['message.timestamp.before.max.ms'];
      const about = (...entity) => ['--entity-type', 'brokers', ...entity];
      const [own, all] = [about('--entity-name', '0'), about('--entity-default')];
      const before = has();
      for (const { entity, value, source } of [
        { entity: all, value: 77_000_000, source: 'DYNAMIC_DEFAULT_BROKER_CONFIG' },
        { entity: own, value: 88_000_000, source: 'DYNAMIC_BROKER_CONFIG' },
      ]) {
        contains(
          await tool('kafka.admin.ConfigCommand', [...entity, '--alter', '--add-config', `${name}=${value}`]),
          'Completed updating',
        );
        same('default of topics', has(), value);
        contains(await tool('kafka.admin.ConfigCommand', [...entity, '--describe']), `${name}=${value}`, source);
      }
      for (const entity of [own, all])
        await tool('kafka.admin.ConfigCommand', [...entity, '--alter', '--delete-config', name]);
      same('default of topics after that', has(), before);
      const refused = await run('kafka.admin.ConfigCommand', [...own, '--alter', '--add-config', 'num.partitions=3']);
      holds(refused.status !== 0 && refused.said.includes('Cannot update these configs dynamically'), refused.said);
    },

    async 'kafka-configs: describes and changes what a group has of its own'() {
      const about = ['--entity-type', 'groups', '--entity-name', 'own'];
      const name = 'consumer.session.timeout.ms';
      contains(
        await tool('kafka.admin.ConfigCommand', [...about, '--alter', '--add-config', `${name}=50000`]),
        'Completed updating config for group own',
      );
      contains(
        await tool('kafka.admin.ConfigCommand', [...about, '--describe']),
        `${name}=50000`,
        'DYNAMIC_GROUP_CONFIG',
      );
      const refused = await run('kafka.admin.ConfigCommand', [...about, '--alter', '--add-config', `${name}=1`]);
      holds(refused.status !== 0 && refused.said.includes('must be greater than or equal to'), refused.said);
      await tool('kafka.admin.ConfigCommand', [...about, '--alter', '--delete-config', name]);
      const described = await tool('kafka.admin.ConfigCommand', [...about, '--describe', '--all']);
      contains(described, `${name}=45000`);
    },

    async 'kafka-get-offsets: the first, the last, those of a time'() {
      const topic = await trial.makeTopic('offsets', { partitions: 2 });
      trial.store.partition(topic, 1).append(numberedRecords(50));
      const asked = async (...args) =>
        (await tool('GetOffsetShell', ['--topic', topic, ...args])).trim().split('\n').sort();
      same('last', await asked(), [`${topic}:0:0`, `${topic}:1:50`]);
      same('first', await asked('--time', '-2'), [`${topic}:0:0`, `${topic}:1:0`]);
      same('largest timestamp', await asked('--partitions', '1', '--time', '-3'), [`${topic}:1:49`]);
      const timed = await asked('--partitions', '1', '--time', `${FIRST_TIMESTAMP + 20}`);
      same('of a time', timed, [`${topic}:1:20`]);
    },

    async 'kafka-delete-records: up to an offset'() {
      const topic = await trial.makeTopic('trimmed');
      const log = trial.store.partition(topic, 0);
      log.append(numberedRecords(50));
      const folder = mkdtempSync(join(tmpdir(), 'millrace-clients-'));
      try {
        const file = join(folder, 'offsets.json');
        writeFileSync(file, JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset: 20 }] }));
        contains(
          await tool('DeleteRecordsCommand', ['--offset-json-file', file]),
          `partition: ${topic}-0\tlow_watermark: 20`,
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
      same('the start', log.startOffset, 20);
    },

    async 'kafka-log-dirs: the size of a partition'() {
      const topic = await trial.makeTopic('sized');
      trial.store.partition(topic, 0).append(numberedRecords(50));
      const text = await tool('LogDirsCommand', ['--describe', '--topic-list', topic]);
      const { brokers } = JSON.parse(text.split('\n').find((line) => line.startsWith('{')));
      const [{ partition, size }] = brokers[0].logDirs[0].partitions;
      same('partition', partition, `${topic}-0`);
      holds(size > 1000, `size ${size}`);
    },
  };
}

function recordChecks(trial, run) {
  const tool = (name, args, input) => outputOf(run(name, args, input));
  return {
    async 'kafka-producer-perf-test: acks 1 and all, with compression'() {
      for (const properties of [
        ['acks=1', 'enable.idempotence=false'],
        ['acks=all', 'compression.type=lz4'],
      ]) {
        const topic = await trial.makeTopic('perf');
        const load = ['--num-records', '50000', '--record-size', '100', '--throughput', '-1'];
        const text = await tool('ProducerPerformance', [
          '--topic',
          topic,
          ...load,
          '--command-property',
          ...properties,
        ]);
        contains(text, '50000 records sent');
        const found = trial.recordsOf(topic);
        same('records', found.length, 50000);
        holds(
          found.every(({ value }) => value.length === 100),
          'a record of another size',
        );
      }
    },

    async 'kafka-producer-perf-test: in transactions'() {
      const topic = await trial.makeTopic('perf-transactions');
      const load = ['--num-records', '2000', '--record-size', '100', '--throughput', '-1'];
      const transactions = ['--transactional-id', topic, '--transaction-duration-ms', '50'];
      contains(await tool('ProducerPerformance', ['--topic', topic, ...load, ...transactions]), '2000 records sent');
      same('records', trial.recordsOf(topic).length, 2000);
      holds(
        trial.batchesOf(topic).some(({ isControl }) => isControl),
        'no marker',
      );
    },

    async 'kafka-verifiable-producer: every record acknowledged at its offset'() {
      const topic = await trial.makeTopic('verifiable');
      const text = await tool('VerifiableProducer', ['--topic', topic, '--max-messages', '1000', '--acks', '-1']);
      const events = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const sent = events.filter(({ name }) => name === 'producer_send_success');
      same('acknowledged', sent.length, 1000);
      const found = trial.recordsOf(topic);
      for (const { offset, value } of sent) {
        if (found[offset].value.toString() !== value) throw new Error(`${value} is not at ${offset}`);
      }
    },

    async 'kafka-console-producer and kafka-console-consumer, of one partition'() {
      const topic = await trial.makeTopic('console', { partitions: 2 });
      const parse = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:'];
      const headers = ['--reader-property', 'parse.headers=true'];
      await tool('ConsoleProducer', ['--topic', topic, ...parse, ...headers], 'h:1\tk:v\n'.repeat(20));
      const [own] = [0, 1].filter((partition) => trial.recordsOf(topic, partition).length > 0);
      same('records', trial.recordsOf(topic, own).length, 20);
      const print = ['key', 'headers', 'offset'].flatMap((what) => ['--formatter-property', `print.${what}=true`]);
      const read = [
        '--topic',
        topic,
        '--partition',
        `${own}`,
        '--max-messages',
        '5',
        '--timeout-ms',
        '20000',
        ...print,
      ];
      const from = async (offset) =>
        (await tool('consumer.ConsoleConsumer', [...read, '--offset', offset])).trim().split('\n');
      const lines = (first) => Array.from({ length: 5 }, (_, i) => `Offset:${first + i}\th:1\tk\tv`);
      same('from the start', await from('earliest'), lines(0));
      same('from 12', await from('12'), lines(12));
    },

    async 'kafka-transactions: lists and describes'() {
      const topic = await trial.makeTopic('transactions');
      const producer = trial.store.producer({ transactionalId: topic });
      await producer.transaction((transaction) => transaction.send(topic, { value: 'v' }));
      await producer.close();
      contains(await tool('TransactionsCommand', ['list']), topic, 'CompleteCommit');
      contains(await tool('TransactionsCommand', ['describe', '--transactional-id', topic]), topic, 'CompleteCommit');
      contains(
        await tool('TransactionsCommand', ['describe-producers', '--topic', topic, '--partition', '0']),
        'ProducerId',
      );
    },
  };
}

/** Checks by name. `java` is what `startJava` takes. */
export function javaToolChecks(trial, java) {
  const run = toolRunner(trial, java);
  return { ...topicChecks(trial, run), ...recordChecks(trial, run), ...groupToolChecks(trial, run) };
}
