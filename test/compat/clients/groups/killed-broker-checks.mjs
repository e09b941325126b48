/**
 * A broker in a process of its own that is killed, and started again on the same directory and port, while a member reads: the group goes on exactly where it
 * had committed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { openStore } from '#millrace/main.js';
import { same } from '../../kafka/tally.mjs';
import { WireClient } from '../../kafka/wire-client.mjs';
import { BrokerProcess } from './broker-process.mjs';
import { Member, until } from './member.mjs';

const { Kafka, logLevel } = kafkajs;
const TOPIC = 'kept';
const GROUP = 'kept';
const RECORDS = 20;

async function committed(address) {
  const client = await WireClient.open(address);
  const topics = [{ name: TOPIC, partitionIndexes: [0] }];
  const answer = await client.ask('offsetFetch', 7, { groupId: GROUP, topics, requireStable: false });
  client.close();
  return answer.topics[0].partitions[0].committedOffset;
}

async function prepared(data) {
  const store = await openStore(data);
  await store.createTopic(TOPIC);
  store.partition(TOPIC, 0).append(records());
  await store.close();
}

function records() {
  return Array.from({ length: RECORDS }, (_, i) => ({ value: String(i) }));
}

/** By kafkajs, whoever reads them: the broker has the store. */
async function write(address) {
  const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic: TOPIC, messages: records().map(({ value }) => ({ value, partition: 0 })) });
  await producer.disconnect();
}

/** `signal`: how the broker ends, in the middle of the records; then it is there again. */
function check(command, signal) {
  return async () => {
    const data = mkdtempSync(join(tmpdir(), 'millrace-group-'));
    const broker = await BrokerProcess.of(data);
    const members = [];
    const start = () => {
      const member = new Member(command, { address: broker.address, group: GROUP, topic: TOPIC, sessionMs: 6_000 });
      members.push(member);
      return member;
    };
    const awaitCommitted = (count) =>
      until(`${count} are committed`, async () => (await committed(broker.address)) === count, members);
    try {
      await prepared(data);
      await broker.start();
      const first = start();
      await until('some records are read', () => first.records.length >= RECORDS / 2, members);
      await first.leave();
      const before = await committed(broker.address);
      await broker.stop(signal);
      await broker.start();
      same('committed, after the broker is back', await committed(broker.address), before);
      // More than the first can have read, however quick it was.
      await write(broker.address);
      const second = start();
      await awaitCommitted(2 * RECORDS);
      // The broker goes and comes while a member is there: that goes on by itself.
      await broker.stop(signal);
      await broker.start();
      await write(broker.address);
      await awaitCommitted(3 * RECORDS);
      const offsets = Array.from({ length: 3 * RECORDS - before }, (_, i) => before + i);
      same(
        'read by the second',
        second.records.map(({ offset }) => offset),
        offsets,
      );
    } finally {
      for (const member of members) await member.kill();
      await broker.stop('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    }
  };
}

export function killedBrokerChecks(command) {
  return {
    'a broker that is killed has what was committed': check(command, 'SIGKILL'),
    'a broker that is stopped and started has it, too': check(command, 'SIGTERM'),
  };
}
