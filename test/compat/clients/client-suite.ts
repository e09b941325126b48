/** The checks of client-checks.mjs as tests of vitest: one client on a broker of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientChecks } from './client-checks.mjs';
import { secureChecks } from './secure-checks.mjs';
import { SecureTrial } from './secure-trial.mjs';
import { Trial } from './trial.mjs';

interface OpenClient {
  close(): Promise<void>;
}

export interface ClientClass {
  readonly title: string;
  readonly version: string;
  open(address: string, login?: object | null): Promise<OpenClient>;
}

export function testClient(Client: ClientClass): void {
  describe.each([
    { makesTopics: false, broker: 'a broker that makes no topics by itself' },
    { makesTopics: true, broker: 'a broker that makes topics' },
  ])(`${Client.title} ${Client.version} and $broker`, ({ makesTopics }) => {
    let trial: Trial;
    let client: OpenClient;

    beforeAll(async () => {
      trial = await Trial.start({ makesTopics });
      client = await Client.open(trial.address);
    });

    afterAll(async () => {
      await client.close();
      await trial.close();
    });

    for (const { name, applies, run } of clientChecks({ makesTopics })) {
      test(name, async ({ skip }) => {
        const about = { Client, client, trial };
        if (!applies(about)) skip('not with this client or this broker');
        const why = await run(about);
        if (typeof why === 'string') skip(why);
        expect(trial.complaints).toEqual([]);
      });
    }
  });

  describe(`${Client.title} ${Client.version}, where it is asked who it is`, () => {
    let secure: SecureTrial;
    let client: OpenClient;

    beforeAll(async () => {
      secure = await SecureTrial.start();
      client = await Client.open(secure.trial.address, secure.login());
    });

    afterAll(async () => {
      await client.close();
      await secure.close();
    });

    test.each(Object.keys(secureChecks({ Client, client: null, trial: null })))('%s', async (name) => {
      const checks: Record<string, () => Promise<void>> = secureChecks({ Client, client, trial: secure.trial });
      await checks[name]();
      expect(secure.trial.complaints).toEqual([]);
    });
  });
}
