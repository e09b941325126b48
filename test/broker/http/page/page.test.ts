/** The page that the broker's web server serves, in a browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Broker } from 'millrace/broker';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { GroupClient } from '../../../group/group-client.ts';
import { hasBrowser, inBrowser, launchBrowser } from '../../../support/browser.ts';
import { BrokerClient } from '../../broker-client.ts';
import { served } from '../served.ts';

// Needs Chromium: Debian's package, or CHROMIUM_PATH.
describe.skipIf(!hasBrowser)(inBrowser('the page'), { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
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
});
