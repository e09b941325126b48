import { expect, test } from 'vitest';
import { careful, decoded, humanDecoded } from '#millrace/cli/dump/decoded-record.js';
import { MillraceError } from '#millrace/errors.js';

const key = Buffer.from([0, 1]);

test('as Kafka’s tool writes it', () => {
  const record = decoded(key, { group: 'g' }, Buffer.from([0, 3, 9]), { offset: 5 });
  expect(humanDecoded(record)).toBe(
    'key: {"type":"1","data":{"group":"g"}} payload: {"version":"3","data":{"offset":5}}',
  );
  const tombstone = decoded(key, { group: '\u001b' }, null, null);
  expect(tombstone.value).toBe(null);
  expect(humanDecoded(tombstone)).toBe('key: {"type":"1","data":{"group":"\\u001b"}} payload: <DELETE>');
});

test('damage is said, and a bug of ours is none', () => {
  const damaged = careful(() => {
    throw new MillraceError('ERR_MILLRACE_CORRUPT', 'cut');
  });
  expect(damaged(key, null)).toEqual({ undecoded: 'cut' });
  expect(damaged(null, null)).toEqual({ undecoded: 'no key' });
  const broken = careful(() => {
    throw new TypeError('bug');
  });
  expect(() => broken(key, null)).toThrow('bug');
});
