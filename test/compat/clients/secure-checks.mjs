/** What a client does over TLS, logged in by SCRAM, where rules say what it may do: writes, reads, and is refused. */
import { holds, same } from '../kafka/tally.mjs';
import { difference, exchangedRecords, numberedRecords } from './exchange.mjs';

const TOPIC_AUTHORIZATION_FAILED = 29;
/** A log-in is good for so long where it is repeated. */
export const REAUTHENTICATION_MS = 2_000;

async function isRefused(Client, what, running) {
  const error = await running.then(
    () => null,
    (failure) => failure,
  );
  holds(error !== null, `${what} was not refused`);
  const isTold =
    Client.codeOf(error) === TOPIC_AUTHORIZATION_FAILED || /not authori[sz]ed|authori[sz]ation/i.test(error.message);
  holds(isTold, `${what} was refused with ${Client.codeOf(error)}: ${error.message}`);
}

/** By name. `client` is one of `Client` that has logged in as alice to the broker of `trial`. */
export function secureChecks({ Client, client, trial }) {
  const able = new Set(Client.cannotWrite);
  return {
    async 'over TLS, logged in by SCRAM: writes what it may'() {
      const topic = await trial.makeTopic('mine');
      const records = numberedRecords(200, { size: 1000 });
      await client.produce({ topic, records, codec: 'gzip' });
      const found = difference(records, trial.recordsOf(topic));
      holds(found === null, found);
    },

    async 'over TLS: reads what it may, every kind of record'() {
      const topic = await trial.makeTopic('mine');
      // What it does not take as it was written is tried without TLS.
      const records = able.size > 0 ? numberedRecords(200, { size: 1000 }) : exchangedRecords();
      trial.store.partition(topic, 0).append(records);
      const read = await client.consume({ topic, offset: 0, count: records.length });
      const found = difference(records.map(Client.asRead), read);
      holds(found === null, found);
    },

    async 'a topic that it may not write is refused, and nothing is written'() {
      const topic = await trial.makeTopic('theirs');
      await isRefused(Client, 'the record', client.produce({ topic, records: numberedRecords(1) }));
      same('records', trial.recordsOf(topic).length, 0);
    },

    async 'a topic that it may not read is refused'() {
      const topic = await trial.makeTopic('theirs');
      trial.store.partition(topic, 0).append(numberedRecords(3));
      await isRefused(Client, 'the read', client.consume({ topic, offset: 0, count: 3 }));
    },
  };
}

/** Where a log-in is good for REAUTHENTICATION_MS. */
export function reauthenticationChecks({ client, trial }) {
  return {
    async 'logs in anew on its connections while it writes, and is cut off by none'() {
      const topic = await trial.makeTopic('mine');
      const logIns = () => trial.requests('SaslHandshake');
      await client.produce({ topic, records: numberedRecords(1), idempotent: true });
      const [before, { accepted }] = [logIns(), { ...trial.connections }];
      const until = Date.now() + REAUTHENTICATION_MS * 3;
      let written = 1;
      for (; Date.now() < until; written++) {
        await client.produce({ topic, records: numberedRecords(1), idempotent: true });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      holds(logIns() >= before + 2, `${logIns() - before} more log-ins`);
      same('records', trial.recordsOf(topic).length, written);
      same('cut off', trial.connections.expired, 0);
      same('connections', trial.connections.accepted, accepted);
    },
  };
}
