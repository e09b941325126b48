/** A client as load: what it is asked and answers, and what a reader is told when it does not. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { Load } from '../../../bench/broker/load.mjs';

const order = { topic: 't', records: 5, size: 100, acks: 'all', lingerMs: 0 };
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A process whose answer to each order is what `answer`, an expression over the order's text, says. */
async function startAnswering(answer: string): Promise<Load> {
  const script = `
    console.log('ready a client 1.0');
    require('node:readline').createInterface({ input: process.stdin }).on('line', (order) => { ${answer} });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  return Load.start(child);
}

test('it says who it is, and answers with numbers', async () => {
  const load = await startAnswering(
    `console.log(order === 'produce a:1 t 5 100 all 0 0 0' ? '9 1.5 2.5 3.5' : order === 'consume a:1 t 5' ? '7' : 'failed ' + order)`,
  );
  expect(load.about).toBe('a client 1.0');
  expect(await load.produce('a:1', order)).toEqual({ rate: 9, p50: 1.5, p99: 2.5 });
  expect(await load.consume('a:1', order)).toBe(7);
  await expect(load.produce('a:1', { ...order, rate: 20, warm: 3 })).rejects.toThrow('produce a:1 t 5 100 all 20 0 3');
});

test('a failure is told in its words, with the order', async () => {
  const load = await startAnswering(`console.log('failed after 3 records: nothing came')`);
  await expect(load.consume('a:1', order)).rejects.toThrow('consume a:1 t 5: failed after 3 records: nothing came');
});

test.each(['NaN', '0', '1 2', ''])('%j is no rate', async (answer) => {
  const load = await startAnswering(`console.log(${JSON.stringify(answer)})`);
  await expect(load.consume('a:1', order)).rejects.toThrow(`answered ${JSON.stringify(answer)}`);
});

test('a process that ends is told', async () => {
  const load = await startAnswering('process.exit(3)');
  await expect(load.consume('a:1', order)).rejects.toThrow('consume a:1 t 5: the load has ended');
});

test('it ends when it is told to', async () => {
  const load = await startAnswering('');
  const [child] = started;
  const ended = once(child, 'exit');
  await load.stop();
  expect(await ended).toEqual([0, null]);
  await load.stop();
});
