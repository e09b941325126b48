/**
 * A broker in a process of its own that is killed, and started again on the same directory and port, while a member reads: the group goes on exactly where it
 * had committed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '#millrace/main.js';
import { same } from '../../kafka/tally.mjs';
import { WireClient } from '../../kafka/wire-client.mjs';
import { Member, until } from './member.mjs';

const PROGRAM = fileURLToPath(new URL('../../../../dist/cli/main.js', import.meta.url));
const TOPIC = 'kept';
const GROUP = 'kept';
const RECORDS = 20;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

class BrokerProcess {
  #data;
  #port;
  #process = null;

  constructor(data, port) {
    this.#data = data;
    this.#port = port;
  }

  get address() {
    return `127.0.0.1:${this.#port}`;
  }

  async start() {
    const args = [PROGRAM, 'broker', '--data', this.#data, '--port', String(this.#port)];
    this.#process = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] });
    await until('the broker listens', async () => {
      const client = await WireClient.open(this.address).catch(() => null);
      client?.close();
      return client !== null;
    });
  }

  async stop(signal) {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}

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
  const log = store.partition(TOPIC, 0);
  log.append(Array.from({ length: 2 * RECORDS }, (_, i) => ({ value: String(i) })));
  await store.close();
}

/** `signal`: how the broker ends, in the middle of the records; then it is there again. */
function check(command, signal) {
  return async () => {
    const data = mkdtempSync(join(tmpdir(), 'millrace-group-'));
    const broker = new BrokerProcess(data, await freePort());
    const members = [];
    const start = () => {
      const member = new Member(command, { address: broker.address, group: GROUP, topic: TOPIC, sessionMs: 6_000 });
      members.push(member);
      return member;
    };
    try {
      await prepared(data);
      await broker.start();
      const first = start();
      await until('some records are read', () => first.records.length >= RECORDS / 2, members);
      await first.kill();
      const before = await committed(broker.address);
      await broker.stop(signal);
      await broker.start();
      same('committed, after the broker is back', await committed(broker.address), before);
      const second = start();
      await until('all are read', () => second.records.at(-1)?.offset === 2 * RECORDS - 1, members);
      same('the first that is read then', second.records[0].offset, before);
      await until('all are committed', async () => (await committed(broker.address)) === 2 * RECORDS, members);
      // The broker goes and comes while a member is there: that goes on by itself.
      await broker.stop(signal);
      await broker.start();
      const client = await WireClient.open(broker.address);
      await until(
        'the member is back',
        async () => {
          const { groups } = await client.ask('describeGroups', 5, {
            groups: [GROUP],
            includeAuthorizedOperations: false,
          });
          return groups[0].groupState === 'Stable';
        },
        members,
      );
      client.close();
      same('read', second.records.length, 2 * RECORDS - before);
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
