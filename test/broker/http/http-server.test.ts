/** The broker's web server as its clients see it: probes, scrapers, and a page in a headless Chromium where there is one. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Broker, startBroker } from 'millrace/broker';
import type { BrokerState } from '#millrace/broker/http/broker-state.js';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { GroupClient } from '../../group/group-client.ts';
import { parseMetrics } from '../../metrics/scrape.ts';
import { BrokerClient } from '../broker-client.ts';
import { rig } from '../broker-fixture.ts';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasChromium = existsSync(executablePath);

async function served() {
  const found = await rig({ http: { port: 0 } });
  const { url, port } = found.broker.http!;
  return { ...found, url, port, get: (path: string, init?: RequestInit) => fetch(new URL(path, url), init) };
}

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

// Needs Chromium: Debian's package, or CHROMIUM_PATH.
describe.skipIf(!hasChromium)(
  hasChromium
    ? 'the page'
    : `the page in a browser: skipped, there is no Chromium at ${executablePath} (set CHROMIUM_PATH)`,
  { timeout: 60_000 },
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    }, 60_000);
    afterAll(() => browser.close());

    /** Whatever the page complains of, a refused script too, fails the test. */
    async function open(broker: Broker, hash = ''): Promise<Page> {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on('pageerror', ({ message }) => problems.push(message));
      page.on('console', (message) => {
        // A broker that has gone refuses connections, and the browser says so.
        if (message.type() === 'error' && !message.text().includes('ERR_CONNECTION_REFUSED'))
          problems.push(message.text());
      });
      onTestFinished(async () => {
        await page.close();
        expect(problems).toEqual([]);
      });
      await page.goto(`${broker.http!.url}${hash}`);
      return page;
    }

    test('shows topics, what goes through them, requests and connections, and follows', async () => {
      const { broker, client } = await served();
      await broker.store.createTopic('orders', { partitions: 2 });
      const page = await open(broker);
      await page.waitForSelector('#status[data-status=serving]');
      expect(await page.locator('#topics tr').count()).toBe(1);
      await client.ask(metadata, 1, { topics: [{ topicId: ZERO_UUID, name: 'orders' }] }, 'shop');
      const log = broker.store.partition('orders', 1);
      const writing = setInterval(() => {
        if (!log.isClosed) log.append([{ value: 'x'.repeat(5000) }]);
      }, 20);
      onTestFinished(() => clearInterval(writing));
      await page.waitForSelector('#plot-in path.curve', { state: 'attached' });
      await page.locator('#plot-in output').filter({ hasText: 'KiB' }).waitFor();
      await page.locator('#topics').filter({ hasText: 'KiB' }).waitFor();
      expect(await page.locator('#apis tr td').first().innerText()).toBe('Metadata');
      expect(await page.locator('#connections tr').innerText()).toContain('shop');
      await broker.store.createTopic('added-later');
      await page.getByRole('button', { name: 'added-later' }).waitFor();
    });

    test('a topic opens and shows its partitions; the address keeps which, and the focus stays', async () => {
      const { broker } = await served();
      await broker.store.createTopic('orders', { partitions: 3 });
      broker.store.partition('orders', 2).append([{ value: 'x' }, { value: 'y' }]);
      const page = await open(broker);
      const button = page.getByRole('button', { name: 'orders' });
      await button.focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('.detail');
      expect(await page.locator('.detail table tr').count()).toBe(4);
      expect(await page.locator('.detail table tr').last().locator('td').allInnerTexts()).toEqual([
        '2',
        '0',
        '2',
        '0',
        '1',
        expect.stringMatching(/B$/),
      ]);
      expect(new URL(page.url()).hash).toBe('#topic=orders');
      // Rows are made anew each second.
      await page.waitForTimeout(1200);
      expect(await page.evaluate('document.activeElement.dataset.topic')).toBe('orders');
      const again = await open(broker, '#topic=orders');
      await again.waitForSelector('.detail');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.detail', { state: 'detached' });
    });

    test('a group opens beside a topic, with its lag, offsets and members', async () => {
      const { broker } = await served();
      const { store } = broker;
      await store.createTopic('orders', { partitions: 2 });
      const member = new GroupClient(() => store.groupCoordinator, { groupId: 'billing', clientId: '<b>till</b>' });
      await member.join();
      const partitions = [{ topic: 'orders', partition: 0 }];
      const assignment = encodeAssignment({ partitions, userData: null });
      await member.sync([{ memberId: member.memberId, assignment }]);
      await member.commit({ topic: 'orders', partition: 0, offset: 0 }, { topic: 'orders', partition: 1, offset: 0 });
      store.partition('orders', 0).append([{ value: 'x' }, { value: 'y' }]);
      const page = await open(broker, '#topic=orders');
      const button = page.getByRole('button', { name: 'billing' });
      await button.click();
      await page.waitForSelector('#groups .detail');
      const cells = (selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();
      expect((await cells('#groups > tr:first-child > td')).slice(0, 6)).toEqual([
        'billing',
        'Stable',
        'range',
        '1',
        '2',
        '2',
      ]);
      const detail = '#groups .detail table';
      expect(await cells(`${detail}:first-child tr:nth-child(2) td`)).toEqual([
        'orders',
        '0',
        '0',
        '2',
        '2',
        '<b>till</b>',
      ]);
      expect(await cells(`${detail}:first-child tr:nth-child(3) td`)).toEqual(['orders', '1', '0', '0', '0', '–']);
      const reader = await cells(`${detail}:last-child tr:nth-child(2) td`);
      expect(reader).toEqual([member.memberId, '–', '<b>till</b>', '/127.0.0.1', 'orders:0']);
      await page.locator('#topics .detail').waitFor();
      expect(new URL(page.url()).hash).toBe('#topic=orders&group=billing');
      // The lag is drawn, and follows.
      await page.waitForSelector('#groups path.curve', { state: 'attached' });
      await member.commit({ topic: 'orders', partition: 0, offset: 2 });
      await page.locator('#groups > tr:first-child > td:nth-child(6)').filter({ hasText: /^0$/ }).waitFor();
      await button.click();
      await page.waitForSelector('#groups .detail', { state: 'detached' });
      expect(new URL(page.url()).hash).toBe('#topic=orders');
    });

    test('what a client calls itself is text', async () => {
      const { broker } = await served();
      const hostile = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
      const client = await BrokerClient.connect(broker);
      onTestFinished(() => client.close());
      await client.ask(metadata, 1, { topics: null }, hostile);
      const page = await open(broker);
      await page.locator('#connections').filter({ hasText: '<img src=x' }).waitFor();
      expect(await page.locator('#connections img, #connections script').count()).toBe(0);
      expect(await page.title()).toMatch(/^millrace /);
    });

    test('a name that no topic can have is text as well', async () => {
      const { broker } = await served();
      const page = await open(broker, `#topic=${encodeURIComponent('<img src=x onerror=alert(1)>')}`);
      await page.waitForSelector('#status[data-status=serving]');
      expect(await page.locator('#topics img').count()).toBe(0);
      // As if the broker told of one: the page makes text of whatever it is told.
      await page.route('**/state.json*', async (route) => {
        const response = await route.fetch();
        const state = (await response.json()) as { topics: object[] };
        const rates = { recordsIn: [], bytesIn: [1, 2], bytesOut: [] };
        state.topics = [{ name: '"><svg onload=alert(1)>', partitions: 1, bytes: 0, ...rates }];
        await route.fulfill({ response, json: state });
      });
      await page.locator('#topics').filter({ hasText: '<svg onload' }).waitFor();
      expect(await page.locator('#topics svg[onload]').count()).toBe(0);
    });

    test('no style and no script but those that are served may run', async () => {
      const { broker } = await served();
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      await page.goto(broker.http!.url);
      const refused = page.waitForEvent('console', (message) => message.text().includes('Content Security Policy'));
      await page.evaluate(`{
        const script = document.createElement('script');
        script.textContent = 'window.taken = true';
        document.body.append(script);
      }`);
      await refused;
      expect(await page.evaluate('window.taken')).toBeUndefined();
    });

    test('says when the disk has failed, and when the broker is gone', async () => {
      const { broker } = await served();
      const page = await open(broker);
      await page.waitForSelector('#status[data-status=serving]');
      broker.store.takeOffline(new Error('the disk failed'));
      await page.waitForSelector('#status[data-status=offline]');
      expect(await page.locator('#why').innerText()).toContain('the disk failed');
      await broker.close().catch(() => undefined);
      await page.waitForSelector('#status[data-status=unreachable]');
    });
  },
);
