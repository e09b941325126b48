import { expect, test } from 'vitest';
import { alterClientQuotas } from '#millrace/protocol/apis/49-alter-client-quotas.js';
import { describeClientQuotas } from '#millrace/protocol/apis/48-describe-client-quotas.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';

test('quotas by a filter', async () => {
  const { client } = await rig();
  const entity = (user: string | null) => [{ entityType: 'user', entityName: user }];
  const ops = [{ key: 'producer_byte_rate', value: 1000, remove: false }];
  const entries = ['alice', null].map((user) => ({ entity: entity(user), ops }));
  await client.ask(alterClientQuotas, 0, { entries, validateOnly: false });
  const values = [{ key: 'producer_byte_rate', value: 1000 }];
  const all = await client.ask(describeClientQuotas, 1, { components: [], strict: false });
  expect(all.entries).toEqual(['alice', null].map((user) => ({ entity: entity(user), values })));
  const exact = [{ entityType: 'user', matchType: 0, match: 'alice' }];
  expect((await client.ask(describeClientQuotas, 0, { components: exact, strict: true })).entries).toHaveLength(1);
  const wrong = await client.ask(describeClientQuotas, 0, { components: [...exact, ...exact], strict: true });
  expect(wrong).toMatchObject({ errorCode: kafkaErrorCodes.INVALID_REQUEST, entries: null });
});
