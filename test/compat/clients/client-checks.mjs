/**
 * What every client must be able to do with our broker. A check is `{ name, applies, run }`: `run` throws when the client or the broker did not do as
 * a Kafka would have it. Clients are named by what they have in common:
 *
 *     Client.open(address), Client.codeOf(error), Client.codecs, Client.can
 *     Client.asRead(record) (what it makes of one), Client.cannotWrite (corners of exchange.mjs), Client.cannotRead (codecs), Client.ownErrors (what it finds out before it asks the broker)
 *     produce, consume, lookup, transact, createTopic, deleteTopic, autoCreate, close
 *
 * Records are compared byte by byte, and what a client wrote is read back by the store, not by the client.
 */
import { holds, same } from '../kafka/tally.mjs';
import { difference, exchangedRecords, FIRST_TIMESTAMP, numberedRecords } from './exchange.mjs';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const ERROR = { outOfRange: 1, unknownTopic: 3, tooLarge: 10, exists: 36 };
const CREATE_TOPICS = 19;
const DELETE_TOPICS = 20;
const INIT_PRODUCER_ID = 22;
const TRANSACTION_APIS = [10, INIT_PRODUCER_ID, 24, 26];

/** Throws unless `run` fails, with this code of Kafka's; null: with an error of the client's own. */
async function failsWith(Client, code, run) {
  let outcome;
  try {
    outcome = `ended well: ${JSON.stringify(await run())}`;
  } catch (error) {
    const found = Client.codeOf(error);
    if (found === code || (code === null && found !== undefined)) return;
    outcome = `error ${found}: ${error?.stack ?? error}`;
  }
  throw new Error(`expected error ${code}, it ${outcome}`);
}

/** Null where the client has an error of its own for that. */
function ownOr(Client, what, code) {
  return Client.ownErrors.includes(what) ? null : code;
}

function noDifference(expected, found, options) {
  const sentence = difference(expected, found, options);
  holds(sentence === null, sentence);
}

function writesCodec(codec) {
  return {
    name: `writes every kind of record with ${codec}`,
    applies: ({ Client }) => Client.codecs.includes(codec),
    async run({ Client, client, trial }) {
      const topic = await trial.makeTopic(`written-${codec}`, { partitions: 3 });
      const records = exchangedRecords(Client.cannotWrite);
      const first = await client.produce({ topic, partition: 1, records, codec });
      const second = await client.produce({ topic, partition: 1, records: numberedRecords(50), codec });
      same('the first offset', first.baseOffset, 0);
      same('the offset after them', second.baseOffset, records.length);
      noDifference([...records, ...numberedRecords(50)], trial.recordsOf(topic, 1));
      const codecs = new Set(trial.batchesOf(topic, 1).map((batch) => batch.codec));
      holds(codecs.has(codec), `no batch with ${codec}`);
      // Some send as it is what would not become smaller.
      same(
        'other codecs',
        [...codecs].filter((other) => other !== codec && other !== 'none'),
        [],
      );
      same('records elsewhere', trial.recordsOf(topic, 0).length + trial.recordsOf(topic, 2).length, 0);
      const found = await client.consume({ topic, partition: 1, offset: 0, count: records.length });
      noDifference(records.map(Client.asRead), found);
      if (Client.cannotWrite.length === 0) await noteWritten(trial, client, codec);
    },
  };
}

/** Others read it whose engine cannot write this codec. */
async function noteWritten(trial, client, codec) {
  const topic = await trial.makeTopic(`exchanged-${codec}`);
  await client.produce({ topic, records: exchangedRecords(), codec });
  trial.noteWritten(codec, topic);
}

function readsCodec(codec) {
  return {
    name: `reads every kind of record with ${codec}`,
    applies: ({ Client }) => Client.codecs.includes(codec) && !Client.cannotRead.includes(codec),
    async run({ Client, client, trial }) {
      const topic = await trial.reference(codec);
      if (topic === null) return 'nobody has written it on this machine';
      const records = exchangedRecords().map(Client.asRead);
      const found = await client.consume({ topic, offset: 0, count: records.length });
      noDifference(records, found);
      same(
        'offsets',
        found.map(({ offset }) => offset),
        records.map((_, i) => i),
      );
      const middle = await client.consume({ topic, offset: 7, count: 3 });
      noDifference(records.slice(7, 10), middle);
      return undefined;
    },
  };
}

const readsMany = {
  name: 'reads some thousand records over many fetches, from the start and from the middle',
  async run({ client, trial }) {
    const topic = await trial.makeTopic('many');
    const log = trial.store.partition(topic, 0);
    const records = numberedRecords(6000, { size: 500 });
    for (let i = 0; i < records.length; i += 100) log.append(records.slice(i, i + 100));
    noDifference(records, await client.consume({ topic, offset: 0, count: records.length }));
    noDifference(records.slice(5950), await client.consume({ topic, offset: 5950, count: 50 }));
  },
};

const carriesLarge = {
  name: 'writes and reads a record of 900,000 bytes',
  async run({ client, trial }) {
    const topic = await trial.makeTopic('large');
    const records = [
      ...numberedRecords(2),
      ...numberedRecords(1, { from: 2, size: 900_000 }),
      ...numberedRecords(2, { from: 3 }),
    ];
    for (const record of records) await client.produce({ topic, records: [record] });
    noDifference(records, trial.recordsOf(topic));
    noDifference(records, await client.consume({ topic, offset: 0, count: 5 }));
  },
};

const waitsForNews = {
  name: 'waits at the end of a partition and gets what comes',
  async run({ client, trial }) {
    const topic = await trial.makeTopic('news');
    const log = trial.store.partition(topic, 0);
    const reading = client.consume({ topic, offset: 0, count: 1 });
    setTimeout(() => log.append(numberedRecords(1)), 300);
    noDifference(numberedRecords(1), await reading);
  },
};

const looksUp = {
  name: 'finds offsets by time, the first and the last',
  async run({ client, trial }) {
    const topic = await trial.makeTopic('times', { partitions: 2 });
    const log = trial.store.partition(topic, 1);
    log.append(numberedRecords(100));
    log.append(numberedRecords(100, { from: 100 }), { compression: 'gzip' });
    const asked = [FIRST_TIMESTAMP - 1000, FIRST_TIMESTAMP, FIRST_TIMESTAMP + 57, FIRST_TIMESTAMP + 160];
    const found = [];
    for (const timestamp of asked) found.push(await client.lookup({ topic, partition: 1, timestamp }));
    same('offsets', found, [0, 0, 57, 160]);
    log.truncateBefore?.(10);
    same('the end', await client.lookup({ topic, partition: 1, timestamp: -1 }), 200);
    same('the start', await client.lookup({ topic, partition: 1, timestamp: -2 }), log.startOffset);
    const late = await client.lookup({ topic, partition: 1, timestamp: FIRST_TIMESTAMP + 5000 });
    // Some clients say the end where there is none, as the API of their consumer has it.
    holds(late === -1 || late === 200, `a time after all: ${late}`);
  },
};

const readsCommitted = {
  name: 'reads only what was committed',
  async run({ client, trial }) {
    const topic = await trial.makeTopic('committed');
    const producer = trial.store.producer({ transactionalId: topic });
    const send = (transaction, from) =>
      Promise.all(numberedRecords(20, { from }).map((record) => transaction.send(topic, record)));
    await producer.transaction((transaction) => send(transaction, 0));
    const gone = new Error('given up');
    await producer
      .transaction(async (transaction) => {
        await send(transaction, 100);
        throw gone;
      })
      .catch((error) => holds(error === gone, error));
    await producer.transaction((transaction) => send(transaction, 200));
    await producer.close();
    const expected = [...numberedRecords(20), ...numberedRecords(20, { from: 200 })];
    noDifference(expected, await client.consume({ topic, offset: 0, count: 40, committed: true }));
    const all = await client.consume({ topic, offset: 0, count: 60 });
    same('records of all kinds', all.length, 60);
  },
};

const acknowledges = {
  name: 'writes with acks 0, 1 and all',
  applies: ({ Client }) => Client.can.includes('acks'),
  async run({ client, trial }) {
    const topic = await trial.makeTopic('acks');
    const settings = [0, 1, -1];
    for (const [i, acks] of settings.entries()) {
      await client.produce({ topic, acks, records: numberedRecords(10, { from: 10 * i }) });
    }
    // What was written first was taken first: one connection, one order.
    noDifference(numberedRecords(30), trial.recordsOf(topic));
  },
};

const isIdempotent = {
  name: 'writes as an idempotent producer',
  applies: ({ Client, trial }) => Client.can.includes('idempotence') && trial.serves(INIT_PRODUCER_ID),
  async run({ client, trial }) {
    const topic = await trial.makeTopic('idempotent');
    for (let i = 0; i < 8; i++) {
      await client.produce({ topic, idempotent: true, records: numberedRecords(10, { from: 10 * i }) });
    }
    // Many batches, several on their way at once where the client does that.
    await client.produce({ topic, idempotent: true, records: numberedRecords(3000, { from: 80 }) });
    noDifference(numberedRecords(3080), trial.recordsOf(topic));
    const ids = new Set(trial.batchesOf(topic).map(({ producerId }) => producerId));
    holds(ids.size === 1 && !ids.has(-1), `producer ids ${[...ids].join()}`);
  },
};

const transacts = {
  name: 'commits and aborts transactions',
  applies: ({ Client, trial }) => Client.can.includes('transactions') && trial.serves(...TRANSACTION_APIS),
  async run({ client, trial }) {
    const topic = await trial.makeTopic('transactions');
    const part = (from) => numberedRecords(10, { from });
    for (const [i, commit] of [true, false, true].entries()) {
      await client.transact({ id: topic, topic, records: part(100 * i), commit });
    }
    noDifference([...part(0), ...part(200)], await client.consume({ topic, offset: 0, count: 20, committed: true }));
    const batches = trial.batchesOf(topic);
    same('markers', batches.filter(({ isControl }) => isControl).length, 3);
    holds(
      batches.every((batch) => batch.isTransactional),
      'a batch outside of a transaction',
    );
    noDifference([...part(0), ...part(100), ...part(200)], trial.recordsOf(topic));
  },
};

const administers = {
  name: 'creates a topic with its settings, not twice, and deletes it',
  applies: ({ Client, trial }) => Client.can.includes('admin') && trial.serves(CREATE_TOPICS, DELETE_TOPICS),
  async run({ Client, client, trial }) {
    const topic = trial.topicName('created');
    const config = { 'retention.ms': 86_400_000, 'cleanup.policy': 'compact' };
    await client.createTopic({ topic, partitions: 3, config });
    const { partitions } = trial.store.topic(topic);
    same('partitions', partitions, 3);
    same('setting', trial.store.topic(topic).config['cleanup.policy'], 'compact');
    await failsWith(Client, ERROR.exists, () => client.createTopic({ topic, partitions: 3, config }));
    await client.deleteTopic({ topic });
    same('the topic after that', trial.store.findTopic(topic), null);
  },
};

const createsByAsking = {
  name: 'makes a topic by writing to it, where the broker allows that',
  applies: ({ Client }) => Client.can.includes('auto creation'),
  makesTopics: true,
  async run({ client, trial }) {
    const topic = trial.topicName('asked-for');
    await client.autoCreate({ topic, records: numberedRecords(5) });
    noDifference(numberedRecords(5), trial.recordsOf(topic));
  },
};

const failures = [
  {
    name: 'is told that a topic is unknown',
    run: ({ Client, client, trial }) =>
      failsWith(Client, ownOr(Client, 'unknown topic', ERROR.unknownTopic), () =>
        client.produce({ topic: trial.topicName('missing'), records: numberedRecords(1) }),
      ),
  },
  {
    name: 'does not write to a partition that is not there',
    applies: ({ Client }) => !Client.ownErrors.includes('wrong partition'),
    async run({ Client, client, trial }) {
      const topic = await trial.makeTopic('narrow');
      await failsWith(Client, null, () => client.produce({ topic, partition: 7, records: numberedRecords(1) }));
      same('records', trial.recordsOf(topic).length, 0);
    },
  },
  {
    name: 'is told that a message is too large, and goes on',
    async run({ Client, client, trial }) {
      const topic = await trial.makeTopic('small', { config: { 'max.message.bytes': 2000 } });
      const large = numberedRecords(1, { size: 3000 });
      await failsWith(Client, ERROR.tooLarge, () => client.produce({ topic, records: large }));
      await client.produce({ topic, records: numberedRecords(3) });
      noDifference(numberedRecords(3), trial.recordsOf(topic));
    },
  },
  {
    name: 'is told that an offset is out of range',
    async run({ Client, client, trial }) {
      const topic = await trial.makeTopic('short');
      trial.store.partition(topic, 0).append(numberedRecords(5));
      await failsWith(Client, ownOr(Client, 'out of range', ERROR.outOfRange), () =>
        client.consume({ topic, offset: 1000, count: 1 }),
      );
    },
  },
];

const allChecks = [
  administers,
  createsByAsking,
  ...CODECS.map(writesCodec),
  ...CODECS.map(readsCodec),
  readsMany,
  carriesLarge,
  waitsForNews,
  looksUp,
  readsCommitted,
  acknowledges,
  isIdempotent,
  transacts,
  ...failures,
];

/** Those for a broker that makes topics by itself, or for one that does not. What does not say when it applies, always does. */
export function clientChecks({ makesTopics }) {
  return allChecks
    .map((check) => ({ applies: () => true, makesTopics: false, ...check }))
    .filter((check) => check.makesTopics === makesTopics);
}
