/** docs/operations.md tells of every setting of the broker what the code says of it: name, default, meaning, and whether it is obeyed. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type BrokerConfigName, brokerConfigNames, brokerConfigs } from '#millrace/broker/broker-config.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');
const section = /^## A broker$([\s\S]*?)^## /m.exec(page)![1];

interface Row {
  readonly name: string;
  readonly standard: string;
  readonly meaning: string;
}

/** The rows of the table behind a line that begins so. */
function rowsBehind(beginning: string): Row[] {
  const text = section.slice(section.indexOf(`\n${beginning}`) + 1).split('\n\n')[1];
  return Array.from(text.matchAll(/^\| `([^`]+)` +\| (.*?) +\| (.*?) +\|$/gm), ([, name, standard, meaning]) => ({
    name,
    standard,
    meaning,
  }));
}

/** Of the machine, and what no number is. */
const defaults: Partial<Record<BrokerConfigName, string>> = {
  'log.cleaner.io.max.bytes.per.second': 'no bound',
  'num.recovery.threads.per.data.dir': 'processors, at most 4',
};

function standardOf(name: BrokerConfigName): string {
  const standard = brokerConfigs[name].default;
  if (standard === null || standard === '') return 'none';
  return standard === Number.MAX_SAFE_INTEGER ? 'never' : `\`${standard}\``;
}

function expected(obeyed: boolean): Row[] {
  return brokerConfigNames
    .filter((name) => brokerConfigs[name].obeyed === obeyed)
    .map((name) => ({
      name,
      standard: defaults[name] ?? standardOf(name),
      meaning: brokerConfigs[name].documentation,
    }));
}

test('those that are obeyed', () => {
  expect(rowsBehind('Obeyed:')).toEqual(expected(true));
});

test('those that are taken and have no effect', () => {
  expect(rowsBehind('Taken, so that')).toEqual(expected(false));
});
