/** The broker's web server as probes and scrapers see it, and those who mean it no good. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { expect, test } from 'vitest';
import { startBroker } from 'millrace/broker';
import type { BrokerState } from '#millrace/broker/http/broker-state.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { parseMetrics } from '../../metrics/scrape.ts';
import { rig } from '../broker-fixture.ts';
import { served } from './served.ts';

test('off, unless it is asked for', async () => {
  const { broker } = await rig();
  expect(broker.http).toBeNull();
});

test('by the setting as by the option, on loopback unless another word is said', async () => {
  const { broker } = await rig({ config: { 'millrace.http.listener': '127.0.0.1:0' } });
  expect(broker.http).toMatchObject({ host: '127.0.0.1', url: `http://127.0.0.1:${broker.http!.port}/` });
  expect((await fetch(`${broker.http!.url}health`)).status).toBe(200);
  await expect(startBroker({ port: 0, data: 'memory', http: { port: 0, host: '0.0.0.0' } })).rejects.toMatchObject({
    code: 'ERR_MILLRACE_INVALID_ARGUMENT',
  });
  const warnings: string[] = [];
  const open = await rig({
    http: { port: 0, host: '0.0.0.0' },
    config: { 'millrace.allow.insecure.listeners': true },
    logger: { warn: (_, message) => warnings.push(message) },
  });
  expect(warnings).toEqual(['everybody who reaches the web page sees topics and clients']);
  expect((await fetch(`http://127.0.0.1:${open.broker.http!.port}/health`)).status).toBe(200);
});

test('an address that is taken is said so, and nothing stays', async () => {
  const { port } = await served();
  const begun = startBroker({ port: 0, data: 'memory', http: { port } });
  await expect(begun).rejects.toMatchObject({
    code: 'ERR_MILLRACE_IO',
    message: `cannot listen on 127.0.0.1:${port}: another process does already`,
  });
});

test('health: 200 while it serves, 503 and why when the disk has failed', async () => {
  const { broker, get } = await served();
  const good = await get('/health');
  expect([good.status, good.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(await good.json()).toMatchObject({ status: 'serving', nodeId: broker.nodeId, uptimeMs: expect.any(Number) });
  broker.store.takeOffline(new Error('the disk failed'));
  const bad = await get('/health');
  expect([bad.status, await bad.json()]).toMatchObject([
    503,
    { status: 'offline', why: expect.stringContaining('the disk failed') },
  ]);
});

test('health: 503 while it closes, until the last client has gone', async () => {
  const { broker, get } = await served();
  const [listener] = broker.listeners;
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  const close = listener.close.bind(listener);
  listener.close = (graceMs) => gate.then(() => close(graceMs));
  const closing = broker.close();
  const answer = await get('/health');
  expect([answer.status, await answer.json()]).toMatchObject([503, { status: 'closing' }]);
  go();
  await closing;
  await expect(get('/health')).rejects.toThrow();
});

test('metrics are those of the broker and of its store', async () => {
  const { broker, client, get } = await served();
  await broker.store.createTopic('orders');
  broker.store.partition('orders', 0).append([{ value: 'x' }]);
  await client.ask(metadata, 1, { topics: [{ topicId: ZERO_UUID, name: 'orders' }] });
  for (let i = 0; i < 2; i++) {
    const scraped = await get('/metrics');
    expect(scraped.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(Object.fromEntries(parseMetrics(await scraped.text()))).toMatchObject({
      'kafka_network_requestmetrics_requests_total{request="Metadata",version="1"}': 1,
      'kafka_server_socket_server_metrics_connection_count{listener="PLAINTEXT"}': 1,
      'kafka_server_brokertopicmetrics_messagesin_total{topic="orders"}': 1,
    });
  }
});

test('every answer keeps browsers from what is not theirs', async () => {
  const { get } = await served();
  for (const path of ['/', '/page.css', '/page.js', '/icon.svg', '/state.json', '/health', '/metrics', '/nothing']) {
    const { headers, status } = await get(path);
    expect(status).toBe(path === '/nothing' ? 404 : 200);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s changes nothing', async (method) => {
  const { get } = await served();
  const answer = await get('/state.json', { method });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('HEAD has no body', async () => {
  const { get } = await served();
  const answer = await get('/health', { method: 'HEAD' });
  expect([answer.status, await answer.text()]).toEqual([200, '']);
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(10);
});

test('another name than that of this machine is refused: DNS rebinding', async () => {
  const { port } = await served();
  const asked = request({ port, host: '127.0.0.1', path: '/state.json', headers: { host: `evil.example:${port}` } });
  asked.end();
  const [{ statusCode }] = await once(asked, 'response');
  expect(statusCode).toBe(421);
});

test.each([
  ['no HTTP', Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])],
  ['a path that leaves', 'GET /../../package.json HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['a path that is none', 'GET http://%%%/?topic=%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['headers without end', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}`],
])('%s hurts nobody', async (_, bytes) => {
  const { port, get } = await served();
  const socket = connectSocket({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.write(bytes);
  const answer = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  expect(String(answer[0])).toMatch(/^(?:HTTP\/1\.1 4\d\d |true|false)/);
  socket.destroy();
  expect((await get('/health')).status).toBe(200);
});

test('a name of a topic in the question is a name and nothing else', async () => {
  const { broker, get } = await served();
  await broker.store.createTopic('a.b-c_d');
  const ask = async (topic: string) =>
    ((await (await get(`/state.json?${new URLSearchParams({ topic })}`)).json()) as Partial<BrokerState>).selected
      ?.topic ?? null;
  expect([await ask('a.b-c_d'), await ask('../..'), await ask('__proto__'), await ask('')]).toEqual([
    'a.b-c_d',
    null,
    null,
    null,
  ]);
});
