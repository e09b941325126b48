import { expect, test, vi } from 'vitest';
import { BrokerWatch } from '#millrace/broker/http/broker-watch.js';
import { HttpRoutes } from '#millrace/broker/http/http-routes.js';
import { rig } from '../broker-fixture.ts';

async function routes() {
  const { broker } = await rig();
  const watch = new BrokerWatch(broker);
  return { broker, watch, routes: new HttpRoutes(broker, watch, { groupSeriesMax: 3 }) };
}

test('each path has its type', async () => {
  const { routes: found, watch } = await routes();
  const typeOf = async (path: string): Promise<string> => (await found.answer(path)).type;
  expect(await typeOf('/')).toBe('text/html; charset=utf-8');
  expect(await typeOf('/page.css')).toBe('text/css; charset=utf-8');
  expect(await typeOf('/page.js')).toBe('text/javascript; charset=utf-8');
  expect(await typeOf('/icon.svg')).toBe('image/svg+xml');
  expect(await typeOf('/state.json?x')).toBe('application/json; charset=utf-8');
  watch.stop();
});

test.each(['/nothing', '', '//', '/state.json/', '/page.js.map', '/..%2fpackage.json', '/constructor'])(
  '%s is nothing',
  async (path) => {
    const { routes: found, watch } = await routes();
    expect((await found.answer(path)).status).toBe(404);
    watch.stop();
  },
);

test('a scrape that fails does not spoil the next one', async () => {
  const { routes: found, broker, watch } = await routes();
  const statistics = vi.spyOn(broker.store, 'statistics', 'get').mockImplementation(() => {
    throw new Error('now');
  });
  await expect(Promise.resolve(found.answer('/metrics'))).rejects.toThrow('now');
  statistics.mockRestore();
  expect((await found.answer('/metrics')).status).toBe(200);
  watch.stop();
});
