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

test('a listener may end the waits of others while it is told, and begin new ones', () => {
  const arrivals = new Arrivals();
  const told: string[] = [];
  const later: string[] = [];
  const listen = (name: string, more: () => void = () => {}): { cancel(): void } =>
    arrivals.listen(0, () => {
      told.push(name);
      more();
    });
  const first = listen('first', () => {
    second.cancel();
    third.cancel();
    first.cancel();
    arrivals.listen(5, () => later.push('again'));
  });
  const second = listen('second');
  const third = listen('third');
  listen('fourth');
  arrivals.moved(5);
  expect(told).toEqual(['first', 'fourth']);
  expect(arrivals.isEmpty).toBe(false);
  arrivals.moved(6);
  expect(later).toEqual(['again']);
  expect(arrivals.isEmpty).toBe(true);
});

test('whoever leaves, the others stay in their order', () => {
  const names = ['a', 'b', 'c', 'd'];
  for (let leaving = 0; leaving < 1 << names.length; leaving++) {
    const arrivals = new Arrivals();
    const told: string[] = [];
    const all = names.map((name) => arrivals.listen(0, () => told.push(name)));
    const leaves = (i: number): boolean => ((leaving >> i) & 1) === 1;
    for (const i of [2, 0, 3, 1]) if (leaves(i)) all[i].cancel();
    arrivals.moved(1);
    expect(told).toEqual(names.filter((_, i) => !leaves(i)));
    expect(arrivals.isEmpty).toBe(true);
  }
});
