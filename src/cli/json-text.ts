/** JSON with whole numbers beyond 2^53, which are bigints here and numbers there, as Kafka's tools print them. */
import { randomUUID } from 'node:crypto';

/** Before a number that has become a string on its way; nobody can have put it into what is printed. */
const MARK = `${randomUUID()}:`;
const marked = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

export function jsonText(value: unknown): string {
  let hasBigint = false;
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'bigint') return each;
    hasBigint = true;
    return `${MARK}${each}`;
  });
  return hasBigint ? text.replaceAll(marked, '$1') : text;
}
