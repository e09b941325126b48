import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { GroupCoordinator } from '#millrace/group/group-requests.js';
import { OpenPorts } from '#millrace/store/open-ports.js';

/** Nobody asks it here. */
const coordinator = {} as GroupCoordinator;

test('a port is open until its other end is closed', async () => {
  const ports = new OpenPorts(coordinator, { logger: {} });
  const [first] = [ports.open(), ports.open()];
  expect(ports.size).toBe(2);
  first.close();
  for (let turn = 0; turn < 100 && ports.size > 1; turn++) await setTimeout(10);
  expect(ports.size).toBe(1);
  ports.close();
});

test('all that are open are closed with the store', async () => {
  const ports = new OpenPorts(coordinator, { logger: {} });
  const ends = [ports.open(), ports.open()].map((port) => once(port, 'close'));
  ports.close();
  expect(await Promise.all(ends)).toHaveLength(2);
});
