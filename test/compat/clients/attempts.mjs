/** How a client is tried: its checks on brokers of ours, plain and secured, each with an eye on what the broker complains of. */
import { holds } from '../kafka/tally.mjs';
import { clientChecks } from './client-checks.mjs';
import { REAUTHENTICATION_MS, reauthenticationChecks, secureChecks } from './secure-checks.mjs';
import { SecureTrial } from './secure-trial.mjs';
import { Trial } from './trial.mjs';

/** Runs checks by name, and after each one looks at what the broker complained of. */
export async function runChecks(tally, trial, checks) {
  for (const [name, run] of Object.entries(checks)) {
    let why = '';
    await tally.check(name, async () => {
      trial.complaints.length = 0;
      why = (await run()) ?? '';
      holds(trial.complaints.length === 0, `the broker complains: ${trial.complaints.join('\n')}`);
    });
    if (why !== '') console.log(`        not tried: ${why}`);
  }
}

/** The checks of client-checks.mjs. Returns the client's version. */
async function tryClient(Client, tally, trial) {
  const client = await Client.open(trial.address);
  const about = { Client, client, trial };
  const fit = clientChecks(trial).filter(({ applies }) => applies(about));
  try {
    await runChecks(tally, trial, Object.fromEntries(fit.map(({ name, run }) => [name, () => run(about)])));
  } finally {
    await client.close();
  }
  return Client.version;
}

/** The checks of secure-checks.mjs, on a broker that asks who its clients are; and on one that asks them again and again. */
async function trySecured(Client, tally) {
  const runOn = async (config, checksOf) => {
    const secure = await SecureTrial.start({ config });
    const { trial } = secure;
    try {
      const client = await Client.open(trial.address, secure.login());
      try {
        await runChecks(tally, trial, checksOf({ Client, client, trial }));
      } finally {
        await client.close();
      }
    } finally {
      await secure.close();
    }
  };
  await runOn({}, secureChecks);
  if (Client.can.includes('reauthentication'))
    await runOn({ 'connections.max.reauth.ms': REAUTHENTICATION_MS }, reauthenticationChecks);
}

export async function tryClientSecured(Client, tally, trial) {
  await trySecured(Client, tally);
  return tryClient(Client, tally, trial);
}

/** Checks by name of a program that is started anew for each. */
export async function tryProgramSecured(tally, checksOf) {
  const secure = await SecureTrial.start();
  try {
    await runChecks(tally, secure.trial, checksOf(secure));
  } finally {
    await secure.close();
  }
}

/** Those that npm brings are tried on a broker that makes topics, too. */
export async function tryOnBoth(Client, tally, trial) {
  const other = await Trial.start({ makesTopics: true });
  try {
    await tryClient(Client, tally, other);
  } finally {
    await other.close();
  }
  return tryClientSecured(Client, tally, trial);
}
