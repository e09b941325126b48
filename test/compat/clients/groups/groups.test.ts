/** The clients that npm brings, as members of groups: some of what `npm run test:compat` has them do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Trial } from '../trial.mjs';
import { groupChecks } from './group-checks.mjs';
import { memberClients } from './groups.mjs';
import { storeMemberChecks } from './store-member-checks.mjs';

describe.each(['kafkajs', 'platformatic'] as const)('%s in groups', (name) => {
  let trial: Trial;

  beforeAll(async () => {
    trial = await Trial.start();
  });

  afterAll(() => trial.close());

  const client = memberClients[name];
  const checksOn = (about: Trial | null): Record<string, () => Promise<void>> => ({
    ...groupChecks(about, client.prepare(), client.can),
    // Those of the other one take seconds.
    ...(name === 'kafkajs' && storeMemberChecks(about, client.prepare(), client)),
  });

  // That waits for the end of a session.
  test.each(Object.keys(checksOn(null)).filter((what) => !what.includes('killed')))(
    '%s',
    async (what) => {
      await checksOn(trial)[what]();
      expect(trial.complaints).toEqual([]);
    },
    60_000,
  );
});
