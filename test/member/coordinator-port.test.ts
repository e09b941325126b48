/** A port to the coordinator, with both of its ends in this thread; test/tail has threads. */
import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { PortCoordinator } from '#millrace/member/port-coordinator.js';
import { GroupClient } from '../group/group-client.ts';
import { type MemberRig, openMemberRig } from './member-rig.ts';

function portOf(rig: MemberRig): MessagePort {
  const port = rig.store.coordinatorPort();
  onTestFinished(() => port.close());
  return port;
}

async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}

async function joined(rig: MemberRig, client: GroupClient): Promise<void> {
  const joining = client.join();
  for (let i = 0; i < 20 && client.joined === null; i++) {
    await settle();
    rig.clock.advance(1);
  }
  await joining;
}

test('members over a port are as any other, and leave when it is closed', async () => {
  const rig = await openMemberRig();
  const port = portOf(rig);
  const coordinator = PortCoordinator.of(port);
  expect(PortCoordinator.of(port)).toBe(coordinator);
  const client = new GroupClient(() => coordinator);
  await joined(rig, client);
  expect((await client.sync()).error).toBeNull();
  expect(await client.heartbeat()).toBeNull();
  expect(await client.commit({ topic: 'orders', partition: 0, offset: 3 })).toEqual([null]);
  const query = { groupId: 'g', partitions: null, requireStable: true };
  expect((await coordinator.offsets(query)).offsets).toMatchObject([{ committed: { offset: 3 } }]);
  expect(await coordinator.list()).toMatchObject([{ groupId: 'g', state: 'Stable' }]);
  expect(await coordinator.describe(['g'])).toMatchObject([{ members: [{ memberId: client.memberId }] }]);
  const waiting = coordinator.untilRebalance(client.identity);
  waiting.catch(() => undefined); // Looked at below.
  port.close();
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  await expect(coordinator.list()).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  await settle();
  expect(await rig.store.groupCoordinator.list()).toMatchObject([{ groupId: 'g', state: 'Empty' }]);
});

test('what is no question is refused or not heard, and the next one is answered', async () => {
  const rig = await openMemberRig();
  const port = portOf(rig);
  const answers: unknown[] = [];
  port.on('message', (message) => answers.push(message));
  const bad = [
    null,
    7,
    'list',
    [],
    {},
    { id: 'x' },
    { id: 1 },
    { id: 2, ask: '__proto__', of: [] },
    { id: 3, ask: 'join', of: [{}] },
  ];
  for (const message of [...bad, { id: 4, ask: 'list', of: [] }]) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
    port.postMessage(message);
  }
  await settle();
  await settle();
  const refused = { code: 'ERR_MILLRACE_INVALID_ARGUMENT' };
  expect(answers).toMatchObject([
    { id: 1, error: refused },
    { id: 2, error: refused },
    { id: 3, error: refused },
    { id: 4, answer: [] },
  ]);
});

test('a store that is closed closes its ports', async () => {
  const rig = await openMemberRig();
  const port = portOf(rig);
  const coordinator = PortCoordinator.of(port);
  await rig.store.close();
  await once(port, 'close');
  await expect(coordinator.list()).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
});
