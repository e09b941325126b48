/** A contestant's process: what it answers, and what a reader is told when it does not. */
import { afterEach, expect, test } from 'vitest';
import { Contestant } from '../../../bench/peers/contestant.mjs';

const order = { records: 150, recordsMax: 3000, msMax: 50 };
const started: Contestant[] = [];

afterEach(async () => {
  for (const contestant of started.splice(0)) await contestant.close();
});

/** A process whose answer to each order is what `answer`, an expression over the order's text, says. */
async function startAnswering(answer: string): Promise<Contestant> {
  const script = `
    console.log('a line of some library');
    console.log('ready peer 1.0');
    require('node:readline').createInterface({ input: process.stdin }).on('line', (order) => { ${answer} });`;
  const contestant = await Contestant.start(process.execPath, ['-e', script]);
  started.push(contestant);
  return contestant;
}

test('it says who it is, and a rate a round', async () => {
  const contestant = await startAnswering(
    `console.log('rate ' + order.split(' ').slice(1).map(Number).reduce((a, b) => a + b))`,
  );
  expect(contestant.about).toBe('peer 1.0');
  expect(await contestant.round(order)).toBe(3200);
  expect(await contestant.round({ ...order, msMax: 150 })).toBe(3300);
});

test('a failure is told in its words', async () => {
  const contestant = await startAnswering(`console.log('failed the last record is not there')`);
  await expect(contestant.round(order)).rejects.toThrow('the last record is not there');
});

test('a rate that is none is refused', async () => {
  const contestant = await startAnswering(`console.log('rate NaN')`);
  await expect(contestant.round(order)).rejects.toThrow('it answered with a rate of NaN');
});

test('a process that ends takes its standard error with it', async () => {
  const contestant = await startAnswering(`console.error('out of memory'); process.exit(3)`);
  await expect(contestant.round(order)).rejects.toThrow('it ended with status 3: out of memory');
});

test('a process that cannot be started, or ends before it is ready, is told', async () => {
  await expect(Contestant.start('/no/such/command', [])).rejects.toThrow('ENOENT');
  await expect(Contestant.start(process.execPath, ['-e', 'process.exit(1)'])).rejects.toThrow('it ended with status 1');
});
