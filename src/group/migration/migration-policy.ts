/**
 * Which groups may go from one protocol to the other while they have members: `group.consumer.migration.policy`. A group without members goes over whatever it says.
 * With `disabled` members with the classic protocol are also kept out of groups that have some with the other one.
 */
export const migrationPolicies = ['bidirectional', 'upgrade', 'downgrade', 'disabled'] as const;

export type MigrationPolicy = (typeof migrationPolicies)[number];

export const MIGRATION_POLICY_DEFAULT: MigrationPolicy = 'bidirectional';

export function allowsUpgrade(policy: MigrationPolicy): boolean {
  return policy === 'bidirectional' || policy === 'upgrade';
}

export function allowsDowngrade(policy: MigrationPolicy): boolean {
  return policy === 'bidirectional' || policy === 'downgrade';
}
