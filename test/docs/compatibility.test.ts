/** docs/compatibility.md names the versions that are fetched and tried, and no others. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Versions by client, from the rows of the first table. */
function versionsTold(text: string): Map<string, string> {
  const rows = text.matchAll(/^\| (\S[^|]*?) +\| (\d+\.\d+\.\d+) +\|/gm);
  return new Map(Array.from(rows, ([, client, version]) => [client, version]));
}

test('the versions in the table are those that are fetched', () => {
  const told = versionsTold(read('docs/compatibility.md'));
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  const python = (name: string): string | undefined =>
    new RegExp(`^${name}==(.+)$`, 'm').exec(read('test/compat/clients/python/requirements.txt'))?.[1];
  const kafka = (pom: string): string | undefined =>
    /<kafka\.version>(.+?)</.exec(read(`test/compat/clients/${pom}`))?.[1];
  const nodeRdkafka = /NODE_RDKAFKA = '(.+?)'/.exec(read('test/compat/clients/preparation.mjs'))?.[1];
  const { 'kcat, of Debian 12': kcat, ...others } = Object.fromEntries(told);
  // Debian's, which is not ours to choose.
  expect(kcat).toBe('1.7.1');
  expect(others).toEqual({
    kafkajs: devDependencies.kafkajs,
    '@platformatic/kafka': devDependencies['@platformatic/kafka'],
    'node-rdkafka': nodeRdkafka,
    'kafka-python': python('kafka-python'),
    'confluent-kafka for Python': python('confluent-kafka'),
    "Kafka's Java client": kafka('pom.xml'),
    "Kafka's command-line tools": kafka('pom.xml'),
    'Kafka Streams': kafka('streams/pom.xml'),
  });
});
