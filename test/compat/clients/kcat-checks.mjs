/** kcat on our broker, by its command line: what it writes is read by the store, what it reads was written there. */
import { holds, same } from '../kafka/tally.mjs';
import { HAS_ZSTD } from '../kafka/workload.mjs';
import { outputOf, runCommand } from './command.mjs';
import { difference, exchangedRecords, FIRST_TIMESTAMP, numberedRecords } from './exchange.mjs';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
/** What goes into a line of text. */
const LINES = ['alpha', 'beta', 'gamma'];

const told = (bytes) => (bytes === null ? null : bytes.toString());

/** What `kcat -J` prints, as pieces of text. */
function shown(record) {
  const headers = record.headers.flatMap(([name, value]) => [name, told(value)]);
  return { key: told(record.key), payload: told(record.value), headers, ts: record.timestamp };
}

function parsed(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { key, payload, headers = [], ts, offset } = JSON.parse(line);
    return { key, payload, headers, ts, offset };
  });
}

const withoutOffset = ({ offset: _offset, ...rest }) => rest;

export function kcatChecks(trial) {
  const kcat = (args, input) => outputOf(runCommand('kcat', ['-b', trial.address, ...args], input));
  const produce = (topic, args, input) => kcat(['-P', '-t', topic, '-p', '0', ...args], input);
  const consume = (topic, args) => kcat(['-C', '-q', '-e', '-t', topic, '-p', '0', ...args]);
  const values = (topic) => trial.recordsOf(topic).map(({ value }) => told(value));

  return {
    async 'lists brokers, topics and partitions'() {
      const topic = await trial.makeTopic('listed', { partitions: 3 });
      const { brokers, topics } = JSON.parse(await kcat(['-L', '-J']));
      same(
        'brokers',
        brokers.map(({ name }) => name),
        [trial.address],
      );
      const found = topics.find((each) => each.topic === topic);
      same(
        'partitions',
        found.partitions.map(({ partition }) => partition),
        [0, 1, 2],
      );
    },

    async 'writes with every codec, with keys and headers'() {
      for (const codec of CODECS) {
        const topic = await trial.makeTopic(`kcat-${codec}`);
        const long = 'mill '.repeat(500);
        const lines = [...LINES, long].map((line, i) => `k${i}:${line}`).join('\n');
        await produce(topic, ['-K', ':', '-z', codec, '-H', 'a=1', '-H', 'a=2', '-H', 'none'], `${lines}\n`);
        const found = trial.recordsOf(topic);
        same('values', values(topic), [...LINES, long]);
        same(
          'keys',
          found.map(({ key }) => told(key)),
          ['k0', 'k1', 'k2', 'k3'],
        );
        same(
          'headers',
          found[0].headers.map(([name, value]) => [name, told(value)]),
          [
            ['a', '1'],
            ['a', '2'],
            ['none', null],
          ],
        );
        same('codecs', [...new Set(trial.batchesOf(topic).map((batch) => batch.codec))], [codec]);
      }
    },

    async 'writes null for what is empty, when told so'() {
      const topic = await trial.makeTopic('kcat-null');
      await produce(topic, ['-K', ':', '-Z'], ':\nk:\n:v\n');
      const found = trial.recordsOf(topic).map(({ key, value }) => [told(key), told(value)]);
      same('records', found, [
        [null, null],
        ['k', null],
        [null, 'v'],
      ]);
    },

    async 'reads every kind of record, of every codec'() {
      const records = exchangedRecords();
      const isText = ({ key }) => key === null || key.length < 256;
      for (const codec of CODECS) {
        if (codec === 'zstd' && !HAS_ZSTD && (await trial.reference(codec)) === null) continue;
        const topic = await trial.reference(codec);
        const found = parsed(await consume(topic, ['-o', 'beginning', '-J']));
        same(
          'offsets',
          found.map(({ offset }) => offset),
          records.map((_, i) => i),
        );
        for (const [i, record] of records.entries()) {
          // JSON has no bytes: those are looked at below.
          if (!isText(record) || record.headers.some(([, value]) => value?.length === 256)) continue;
          if (record.value?.length === 9000) continue;
          same(`record ${i}`, withoutOffset(found[i]), shown(record));
        }
        const [bytes, noise] = [6, 12].map((offset) =>
          runCommand('kcat', [
            '-b',
            trial.address,
            '-C',
            '-q',
            '-t',
            topic,
            '-p',
            '0',
            '-o',
            `${offset}`,
            '-c',
            '1',
            '-f',
            '%s',
          ]),
        );
        holds((await bytes).out.equals(records[6].value), 'bytes differ');
        holds((await noise).out.equals(records[12].value), 'noise differs');
      }
    },

    async 'reads from offsets, from the end and from a time'() {
      const topic = await trial.makeTopic('kcat-offsets');
      const log = trial.store.partition(topic, 0);
      log.append(numberedRecords(60));
      log.append(numberedRecords(40, { from: 60 }), { compression: 'lz4' });
      const offsets = async (...args) => parsed(await consume(topic, ['-J', ...args])).map(({ offset }) => offset);
      const from = (first, last = 99) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
      same('from 93', await offsets('-o', '93'), from(93));
      same('the last five', await offsets('-o', '-5'), from(95));
      same('from a time', await offsets('-o', `s@${FIRST_TIMESTAMP + 70}`), from(70));
      const between = await offsets('-o', `s@${FIRST_TIMESTAMP + 50}`, '-o', `e@${FIRST_TIMESTAMP + 65}`);
      same('between two times', between, from(50, 64));
      const found = await kcat(['-Q', '-t', `${topic}:0:${FIRST_TIMESTAMP + 33}`]);
      holds(/\[0\] offset 33\b/.test(found), `offsets by time: ${found}`);
    },

    async 'waits at the end of a partition and gets what comes'() {
      const topic = await trial.makeTopic('kcat-news');
      const reading = kcat(['-C', '-q', '-t', topic, '-p', '0', '-o', 'end', '-c', '1']);
      // It asks for the end first: a record that comes before that is none that it waits for.
      const timer = setInterval(() => trial.store.partition(topic, 0).append([{ value: 'news' }]), 500);
      const text = await reading.finally(() => clearInterval(timer));
      same('what came', text, 'news\n');
    },

    async 'writes as an idempotent producer'() {
      const topic = await trial.makeTopic('kcat-idempotent');
      await produce(topic, ['-X', 'enable.idempotence=true'], `${LINES.join('\n')}\n`);
      same('values', values(topic), LINES);
      holds(
        trial.batchesOf(topic).every(({ producerId }) => producerId >= 0),
        'a batch without a producer id',
      );
    },

    async 'writes in a transaction, and reads what was committed'() {
      const topic = await trial.makeTopic('kcat-transaction');
      await produce(topic, ['-X', `transactional.id=${topic}`], `${LINES.join('\n')}\n`);
      const aborted = trial.store.producer({ transactionalId: `${topic}-2` });
      const gone = new Error('given up');
      await aborted
        .transaction(async (transaction) => {
          await transaction.send(topic, { value: 'aborted' });
          throw gone;
        })
        .catch((error) => holds(error === gone, error));
      await aborted.close();
      const read = (level) => consume(topic, ['-o', 'beginning', '-X', `isolation.level=${level}`, '-f', '%s ']);
      same('committed', await read('read_committed'), `${LINES.join(' ')} `);
      same('all', await read('read_uncommitted'), `${LINES.join(' ')} aborted `);
      holds(
        trial.batchesOf(topic).some(({ isControl }) => isControl),
        'no marker',
      );
    },

    async 'reads in a group, and goes on where it was'() {
      const topic = await trial.makeTopic('kcat-group', { partitions: 2 });
      for (const partition of [0, 1]) trial.store.partition(topic, partition).append(numberedRecords(10));
      const settings = ['-X', 'auto.offset.reset=earliest', '-X', 'session.timeout.ms=6000'];
      const read = async (count) => {
        const text = await kcat(['-G', topic, '-q', ...settings, '-c', String(count), '-f', '%p/%o ', topic]);
        return text.trim().split(' ');
      };
      const found = [...(await read(8)), ...(await read(12))];
      same('records', new Set(found).size, 20);
      const committed = (await trial.store.committedOffsets(topic)).map(({ offset }) => offset);
      same('committed', committed, [10, 10]);
    },

    async 'is told of what cannot be done'() {
      const fails = async (words, args, input) => {
        const { status, said } = await runCommand('kcat', ['-b', trial.address, ...args], input);
        holds(status !== 0 && said.includes(words), `status ${status}, it says ${said}`);
      };
      await fails('Unknown topic', ['-C', '-e', '-t', trial.topicName('missing'), '-p', '0', '-o', 'beginning']);
      const topic = await trial.makeTopic('kcat-small', { config: { 'max.message.bytes': 2000 } });
      await fails('Message size too large', ['-P', '-t', topic, '-p', '0'], `${'x'.repeat(3000)}\n`);
      await produce(topic, [], 'small enough\n');
      const past = ['-C', '-e', '-t', topic, '-p', '0', '-o', '1000', '-X', 'topic.auto.offset.reset=error'];
      await fails('Offset out of range', past);
      same('records', values(topic), ['small enough']);
    },

    async 'carries some thousand records through, unchanged'() {
      const [source, target] = [await trial.makeTopic('kcat-source'), await trial.makeTopic('kcat-target')];
      const records = numberedRecords(5000, { size: 100 });
      const log = trial.store.partition(source, 0);
      for (let i = 0; i < records.length; i += 250) log.append(records.slice(i, i + 250), { compression: 'snappy' });
      const text = await consume(source, ['-o', 'beginning', '-K', '\t']);
      await produce(target, ['-K', '\t', '-z', 'gzip'], text);
      const found = difference(records, trial.recordsOf(target), { timestamps: false });
      holds(found === null, found);
    },
  };
}
