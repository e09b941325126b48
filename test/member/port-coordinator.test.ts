import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { PortCoordinator } from '#millrace/member/port-coordinator.js';

interface Question {
  readonly id: number;
  readonly ask: string;
  readonly of: readonly unknown[];
}

test('answers go to who has asked, whatever their order; errors come as what they were, and what nobody has asked is not heard', async () => {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const coordinator = PortCoordinator.of(port2);
  const asked: Question[] = [];
  const all = new Promise<void>((resolve) => {
    port1.on('message', (question: Question) => {
      if (asked.push(question) === 3) resolve();
    });
  });
  const [list, describe, leave] = [coordinator.list(), coordinator.describe(['g']), coordinator.leave('g', [])];
  const failed = Promise.allSettled([describe, leave]);
  await all;
  expect(asked.map(({ ask, of }) => [ask, of])).toEqual([
    ['list', []],
    ['describe', [['g']]],
    ['leave', ['g', []]],
  ]);
  const error = { code: 'ERR_MILLRACE_OFFLINE', message: 'the disk' };
  const answers = [
    { id: 99, answer: 1 },
    null,
    { id: asked[2].id, error: { code: 'ERR_OTHER', message: 'odd' } },
    { id: asked[1].id, error },
    { id: asked[0].id, answer: [] },
  ];
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
  for (const answer of answers) port1.postMessage(answer);
  expect(await list).toEqual([]);
  expect(await failed).toMatchObject([{ reason: error }, { reason: { code: 'ERR_MILLRACE_IO', message: 'odd' } }]);
});

test('what is no port is refused', () => {
  for (const wrong of [undefined, {}, 7]) expect(() => PortCoordinator.of(wrong)).toThrow('coordinatorPort');
});
