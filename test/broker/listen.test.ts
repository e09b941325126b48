import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from '#millrace/broker/listen.js';

test('the port is one that was free, and what fails later is told', async () => {
  const server = createServer();
  const told: Error[] = [];
  const port = await listen(server, { host: '127.0.0.1', port: 0 }, (error) => told.push(error));
  expect(server.address()).toMatchObject({ port });
  const later = new Error('later');
  server.emit('error', later);
  expect(told).toEqual([later]);
  server.close();
});

test('an address that cannot be had is named, as it is written', async () => {
  const taken = createServer();
  const port = await listen(taken, { host: '127.0.0.1', port: 0 }, () => undefined);
  await expect(listen(createServer(), { host: '127.0.0.1', port }, () => undefined)).rejects.toMatchObject({
    code: 'ERR_MILLRACE_IO',
    message: `cannot listen on 127.0.0.1:${port}: another process does already`,
  });
  await expect(listen(createServer(), { host: '2001:db8::1', port: 1 }, () => undefined)).rejects.toMatchObject({
    message: expect.stringContaining('cannot listen on [2001:db8::1]:1: '),
  });
  taken.close();
  await once(taken, 'close');
});
