import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { Arrivals } from '#millrace/log/arrivals.js';

test('those whose offset the end has passed are woken, in the order of their coming, and the others go on waiting', async () => {
  const arrivals = new Arrivals();
  const woken: string[] = [];
  const waiter = async (name: string, offset: number): Promise<void> => {
    await arrivals.wait(offset);
    woken.push(name);
  };
  const all = [waiter('a', 7), waiter('b', 9), waiter('c', 7)];
  arrivals.moved(7);
  await Promise.resolve();
  expect(woken).toEqual([]);
  arrivals.moved(8);
  await Promise.all([all[0], all[2]]);
  expect(woken).toEqual(['a', 'c']);
  expect(arrivals.isEmpty).toBe(false);
  arrivals.moved(10);
  await all[1];
  expect(arrivals.isEmpty).toBe(true);
});

test('an aborted signal ends a wait with its reason as the cause, and leaves no listener', async () => {
  const arrivals = new Arrivals();
  const control = new AbortController();
  const waiting = arrivals.wait(3, { signal: control.signal });
  control.abort(new Error('enough'));
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED', cause: { message: 'enough' } });
  expect(arrivals.isEmpty).toBe(true);
  await expect(arrivals.wait(3, { signal: control.signal })).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED' });

  const other = new AbortController();
  const served = arrivals.wait(3, { signal: other.signal });
  arrivals.moved(4);
  await served;
  other.abort();
  expect(arrivals.isEmpty).toBe(true);
});

test('who waits for more than a cut has left is woken, and the others go on waiting', async () => {
  const arrivals = new Arrivals();
  const past = arrivals.wait(9);
  const at = arrivals.wait(5);
  arrivals.cut(5);
  await past;
  expect(arrivals.isEmpty).toBe(false);
  arrivals.moved(6);
  await at;
  expect(arrivals.isEmpty).toBe(true);
});

test('a log that closes fails all who wait', async () => {
  const arrivals = new Arrivals();
  const waiting = [arrivals.wait(1), arrivals.wait(2)];
  arrivals.fail(new MillraceError('ERR_MILLRACE_CLOSED', 'gone'));
  for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  expect(arrivals.isEmpty).toBe(true);
});
