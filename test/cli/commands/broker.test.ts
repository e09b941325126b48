/** The command as users run it: in processes of its own. */
import { type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { batch } from '../../broker/broker-fixture.ts';
import { BrokerClient } from '../../broker/broker-client.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { run, start } from '../cli-run.ts';

const metadataOf = { allowAutoTopicCreation: true, includeTopicAuthorizedOperations: false } as const;

interface Ready {
  readonly listeners: string[];
  readonly address: string;
  readonly directory: string;
  readonly nodeId: number;
}

/** Starts one on any free port; resolves when it is ready. */
async function startReady(
  ...args: string[]
): Promise<{ child: ChildProcessWithoutNullStreams; ready: Ready; port: number }> {
  const child = start(['broker', '--json', ...args]);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ready = JSON.parse(line.toString()) as Ready;
  return { child, ready, port: Number(ready.address.split(':').at(-1)) };
}

test('serves until it is told to end, and what was acknowledged is there when it serves again', async () => {
  const data = join(temporaryDirectory(), 'data');
  const first = await startReady('--data', data, '--port', '0');
  expect(first.ready).toMatchObject({ directory: data, nodeId: 0, listeners: [`PLAINTEXT://127.0.0.1:${first.port}`] });
  const client = await BrokerClient.connect(first);
  const { topics } = await client.ask(metadata, 12, { ...metadataOf, topics: [{ topicId: ZERO_UUID, name: 't' }] });
  expect(topics[0].errorCode).toBe(0);
  const partitionData = [{ index: 0, records: batch([{ value: 'kept' }]) }];
  await client.ask(produce, 9, {
    acks: 1,
    timeoutMs: 1,
    topicData: [{ name: 't', topicId: ZERO_UUID, partitionData }],
  });
  first.child.kill('SIGTERM');
  const [status] = (await once(first.child, 'exit')) as [number];
  await client.closed;
  expect(status).toBe(0);
  expect(existsSync(join(data, '.kafka_cleanshutdown'))).toBe(true);
  expect(await run(['consume', 't', '--data', data])).toMatchObject({ stdout: 'kept\n', status: 0 });
  const second = await startReady('--data', data, '--port', '0');
  second.child.kill('SIGINT');
  expect(await once(second.child, 'exit')).toEqual([0, null]);
});

test('a server.properties of Kafka’s is taken as it is, without a warning', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'server.properties');
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    'controller.quorum.bootstrap.servers=localhost:9093',
    'listeners=PLAINTEXT://localhost:0,CONTROLLER://localhost:9093',
    'inter.broker.listener.name=PLAINTEXT',
    'advertised.listeners=PLAINTEXT://localhost:0,CONTROLLER://localhost:9093',
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
    'num.network.threads=3',
    'num.io.threads=8',
    'socket.send.buffer.bytes=102400',
    'socket.receive.buffer.bytes=102400',
    'socket.request.max.bytes=104857600',
    `log.dirs=${directory}/data`,
    'num.partitions=1',
    'num.recovery.threads.per.data.dir=2',
    'offsets.topic.replication.factor=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'log.retention.hours=168',
    'log.segment.bytes=1073741824',
    'log.retention.check.interval.ms=300000',
  ];
  writeFileSync(file, `# Kafka's\n${lines.join('\n')}\n`);
  const { child, ready } = await startReady('--config', file);
  expect(ready).toMatchObject({ nodeId: 1, directory: join(directory, 'data') });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(child.stderr.read()).toBeNull();
});

// Elsewhere there is no /proc to ask.
test.runIf(process.platform === 'linux')('idle, it takes less than 80 MiB', async () => {
  const data = join(temporaryDirectory(), 'data');
  const { child, port } = await startReady('--data', data, '--port', '0');
  const client = await BrokerClient.connect({ port });
  await client.ask(metadata, 12, { ...metadataOf, topics: [{ topicId: ZERO_UUID, name: 't' }] });
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!;
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(Number(kilobytes)).toBeGreaterThan(1024);
  expect(Number(kilobytes)).toBeLessThan(80 * 1024);
});

test('tells people where it listens and how to try it', async () => {
  const data = join(temporaryDirectory(), 'data');
  const child = start(['broker', '--data', data, '--port', '0']);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const text = chunk.toString();
  const address = /PLAINTEXT:\/\/(127\.0\.0\.1:\d+), data directory (.*)/.exec(text)!;
  expect(address[2]).toBe(data);
  expect(text.split('\n').slice(1)).toEqual([
    'Try it, and end it by Ctrl-C:',
    `  echo hello | kcat -P -b ${address[1]} -t greetings`,
    `  new Kafka({ brokers: ['${address[1]}'] })   // kafkajs`,
    `  millrace consume greetings --data ${data} --follow`,
    '',
  ]);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

const acked = { transactionalId: null, acks: 1, timeoutMs: 1000 };

test('a second signal ends it at once, while a client keeps it', async () => {
  const data = join(temporaryDirectory(), 'data');
  const { child, port } = await startReady('--data', data, '--port', '0');
  const client = await BrokerClient.connect({ port });
  await client.ask(metadata, 12, { ...metadataOf, topics: [{ topicId: ZERO_UUID, name: 't' }] });
  const records = batch([{ value: Buffer.alloc(900_000) }]);
  const partitionData = [{ index: 0, records }];
  for (let i = 0; i < 40; i++)
    await client.ask(produce, 9, { ...acked, topicData: [{ name: 't', topicId: ZERO_UUID, partitionData }] });
  // It asks for more than the sockets hold, and does not read it.
  client.socket.pause();
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 50_000_000 }];
  const all = { replicaId: -1, maxWaitMs: 0, minBytes: 1, maxBytes: 50_000_000, isolationLevel: 0 };
  client.send(fetch, 4, { ...all, topics: [{ topic: 't', partitions }] });
  await setTimeout(100);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await Promise.race([exited, setTimeout(300, 'waits')])).toBe('waits');
  // Of another kind than the first.
  child.kill('SIGINT');
  expect(await exited).toEqual([null, 'SIGINT']);
});

test('settings of a file, the environment and the command line, and a warning of what is none', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'server.properties');
  const data = join(directory, 'data');
  writeFileSync(
    file,
    `log.dirs=${data}\nlisteners=PLAINTEXT://127.0.0.1:0\nnum.partitions=2\nnode.id=7\nnum.partition=3\n`,
  );
  const { child, ready, port } = await startReady('--config', file, '--override', 'num.partitions=5');
  const warned: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => warned.push(chunk));
  const client = await BrokerClient.connect({ port });
  const { brokers, topics } = await client.ask(metadata, 12, {
    ...metadataOf,
    topics: [{ topicId: ZERO_UUID, name: 't' }],
  });
  expect(ready).toMatchObject({ directory: data, nodeId: 7 });
  expect(brokers).toMatchObject([{ nodeId: 7, host: '127.0.0.1', port }]);
  expect(topics[0].partitions).toHaveLength(5);
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(Buffer.concat(warned).toString()).toBe(
    `millrace: warning: num.partition is no setting of a broker, did you mean "num.partitions"? (source ${file})\n`,
  );
  expect(readFileSync(join(data, 'meta.properties'), 'utf8')).toContain('node.id=7\n');
});

test('a port that is taken and a directory that is held: one sentence, and 1', async () => {
  const data = join(temporaryDirectory(), 'data');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const taken = await run(['broker', '--data', data, '--port', String(port)]);
  server.close();
  expect(taken).toEqual({
    status: 1,
    stdout: '',
    stderr: `millrace: cannot listen on 127.0.0.1:${port}: another process does already (ERR_MILLRACE_IO)\n`,
  });
  const { child } = await startReady('--data', data, '--port', '0');
  const held = await run(['broker', '--data', data, '--port', '0']);
  expect(held).toMatchObject({ status: 1, stdout: '' });
  expect(held.stderr).toMatch(/^millrace: .*data is held by process \d+ on .* \(ERR_MILLRACE_LOCKED\)\n$/);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

// Linux alone has a file system that makes no directories and calls that ENOENT: Node's own way of making those above never comes back from it.
test.runIf(process.platform === 'linux')('a data directory that cannot be made is said at once', async () => {
  const { status, stderr } = await run(['broker', '--data', '/proc/none/data', '--port', '0']);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'millrace: mkdir of /proc/none failed: ENOENT (ERR_MILLRACE_IO)\n',
  });
});

test('wrong usage is said before anything is made', async () => {
  const data = join(temporaryDirectory(), 'data');
  const outcomes = await Promise.all([
    run(['broker', '--data', data, '--host', '0.0.0.0', '--port', '0']),
    run(['broker', '--data', data, '--port', '70000']),
    run(['broker', '--data', data, '--override', 'num.partitions=0']),
    run(['broker', '--data', data, '--override', 'num.partitions']),
    run(['broker', '--data', data, '--config', '/no/such']),
  ]);
  expect(outcomes.map(({ status, stdout }) => [status, stdout])).toEqual([2, 2, 2, 2, 1].map((status) => [status, '']));
  expect(outcomes[0].stderr).toMatch(
    /^millrace: the listener PLAINTEXT:\/\/0\.0\.0\.0:0 would let everybody .*\(--insecure\)/,
  );
  expect(outcomes[4].stderr).toMatch(
    /^millrace: cannot read the settings in \/no\/such: ENOENT \(ERR_MILLRACE_IO\)\n$/,
  );
  expect(existsSync(data)).toBe(false);
});

test('an open address that was asked for is served, with a warning', async () => {
  const data = join(temporaryDirectory(), 'data');
  const { child, port } = await startReady('--data', data, '--host', '0.0.0.0', '--port', '0', '--insecure');
  const [warning] = (await once(child.stderr, 'data')) as [Buffer];
  expect(warning.toString()).toMatch(
    /^millrace: warning: everybody who reaches this listener may do everything \(listener PLAINTEXT:\/\/0\.0\.0\.0:0\)\n$/,
  );
  const client = await BrokerClient.connect({ port });
  client.close();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
