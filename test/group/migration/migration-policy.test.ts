import { expect, test } from 'vitest';
import {
  allowsDowngrade,
  allowsUpgrade,
  MIGRATION_POLICY_DEFAULT,
  migrationPolicies,
} from '#millrace/group/migration/migration-policy.js';

test('a policy says which way groups may go', () => {
  const ways = migrationPolicies.map((policy) => [policy, allowsUpgrade(policy), allowsDowngrade(policy)]);
  expect(ways).toEqual([
    ['bidirectional', true, true],
    ['upgrade', true, false],
    ['downgrade', false, true],
    ['disabled', false, false],
  ]);
  expect(MIGRATION_POLICY_DEFAULT).toBe('bidirectional');
});
