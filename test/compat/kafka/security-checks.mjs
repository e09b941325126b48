/**
 * The broker's security, judged by Kafka: its authorizer answers the same questions about the same rules, its SASL clients log in to our servers and ours to its, and
 * its quotas measure the same rates.
 */
import { ANY_ACL, matchesFilter } from '#millrace/security/acl-filter.js';
import { AclIndex } from '#millrace/security/acl-index.js';
import { bindingKey } from '#millrace/security/acl-binding.js';
import { Authorizer } from '#millrace/security/authorizer.js';
import { ByteRate } from '#millrace/security/byte-rate.js';
import { Credentials } from '#millrace/security/credentials.js';
import { PasswordDerivation } from '#millrace/security/password-derivation.js';
import { parseSuperUsers } from '#millrace/security/principal.js';
import { createSaslClient, createSaslServer, saslMechanisms } from '#millrace/security/sasl-mechanism.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { holds, same } from './tally.mjs';
import { Random } from './workload.mjs';

const PRINCIPALS = ['User:alice', 'User:bob', 'User:*', 'Group:alice'];
const NAMES = ['*', 'a', 'ab', 'abc', 'abcd', 'b', 'ba', 'hardcode', 'hard'];
const HOSTS = ['*', '*', '10.0.0.1', '10.0.0.2', '0:0:0:0:0:0:0:1'];
const SUPER_USERS = 'User:root;User:CN=root,O=x';
const pick = (random, values) => values[random.below(values.length)];

/** Topics and groups, literal and by prefix, each operation that there is. */
function randomRule(random) {
  return {
    resourceType: 2 + random.below(2),
    resourceName: pick(random, NAMES),
    patternType: 3 + random.below(2),
    principal: pick(random, PRINCIPALS),
    host: pick(random, HOSTS),
    operation: 2 + random.below(13),
    permission: random.below(4) === 0 ? 2 : 3,
  };
}

function randomQuestion(random) {
  return {
    // Not User:*, which may be a user's name too: Kafka's authorizer throws at it.
    principal: pick(random, ['User:alice', 'User:bob', 'Group:alice', 'User:root', 'User:CN=root,O=x', 'User:carol']),
    host: pick(random, ['10.0.0.1', '10.0.0.2', '192.168.0.1', '::1']),
    operation: 2 + random.below(13),
    resourceType: 2 + random.below(2),
    name: pick(random, [...NAMES, 'abcde', 'x']),
  };
}

function randomFilter(random) {
  const part = (value) => (random.below(3) === 0 ? value : undefined);
  const given = {
    resourceType: part(2 + random.below(2)),
    resourceName: part(pick(random, NAMES)),
    patternType: part(1 + random.below(4)),
    principal: part(pick(random, PRINCIPALS)),
    host: part(pick(random, HOSTS)),
    operation: part(2 + random.below(13)),
    permission: part(2 + random.below(2)),
  };
  return { ...ANY_ACL, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

async function rulesAreReadTheSame(judge, random) {
  const unique = new Map();
  for (let i = random.below(25); i >= 0; i--) {
    const rule = randomRule(random);
    unique.set(bindingKey(rule), rule);
  }
  const rules = [...unique.values()];
  const questions = Array.from({ length: 200 }, () => randomQuestion(random));
  const filters = Array.from({ length: 30 }, () => randomFilter(random));
  const allowEveryone = random.below(3) === 0;
  const about = { rules, questions, filters, superUsers: SUPER_USERS, allowEveryone };
  const theirs = await judge.ask({ command: 'authorize', ...about });
  const index = new AclIndex();
  for (const rule of rules) index.add(rule);
  const authorizer = new Authorizer(index, {
    superUsers: parseSuperUsers(SUPER_USERS),
    allowEveryoneIfNoAclFound: allowEveryone,
  });
  for (const [i, question] of questions.entries()) {
    const { principal, host, operation, resourceType, name } = question;
    const client = authorizer.client(principal, host);
    const told = JSON.stringify({ question, allowEveryone, rules });
    const answer = Number(authorizer.authorize(client, operation, resourceType, name));
    holds(answer === theirs.answers[i], `ours ${answer}, Kafka's ${theirs.answers[i]}: ${told}`);
    const byType = Number(authorizer.authorizeByResourceType(client, operation, resourceType));
    holds(byType === theirs.byType[i], `by type ours ${byType}, Kafka's ${theirs.byType[i]}: ${told}`);
  }
  for (const [i, filter] of filters.entries()) {
    const ours = [...rules.keys()].filter((number) => matchesFilter(filter, rules[number]));
    same(
      `what ${JSON.stringify(filter)} finds`,
      ours,
      theirs.found[i].toSorted((a, b) => a - b),
    );
  }
  const yes = theirs.answers.filter((answer) => answer === 1).length;
  return { yes, no: theirs.answers.length - yes };
}

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

/** The other side of an exchange, in the JVM. */
async function beginTheirs(judge, side, mechanism, about) {
  await judge.ask({ command: 'beginSasl', side, mechanism, ...about });
  return async (message) => {
    const answer = await judge.ask({ command: 'saySasl', message: base64(message) });
    if (answer.refused !== undefined) throw new Error(`Kafka refuses: ${answer.refused}`);
    return { ...answer, message: answer.message === null ? null : Buffer.from(answer.message, 'base64') };
  };
}

async function theirClientLogsIn(judge, environment, mechanism, { user, password }) {
  const say = await beginTheirs(judge, 'client', mechanism, { user, password });
  const server = createSaslServer(mechanism, environment);
  let said = await say(Buffer.alloc(0));
  while (!said.isComplete) said = await say(await server.respond(said.message));
  return server.principal;
}

async function ourClientLogsIn(judge, environment, mechanism, { user, password, kept = password }) {
  const credential = mechanism === 'PLAIN' ? {} : environment.credentials.find(user, mechanism).credential;
  const say = await beginTheirs(judge, 'server', mechanism, {
    user,
    password: kept,
    iterations: credential.iterations,
    salt: base64(credential.salt ?? []),
    storedKey: base64(credential.storedKey ?? []),
    serverKey: base64(credential.serverKey ?? []),
  });
  const client = createSaslClient(mechanism, { user, password });
  let said = await say(client.start());
  for (let message; (message = await client.respond(said.message)) !== null;) said = await say(message);
  holds(client.isComplete, 'our client is not satisfied');
  return said.user;
}

/** Rejects with a sentence that has `words`. */
async function refuses(words, run) {
  const outcome = await run().then(
    (value) => `took it: ${value}`,
    (error) => String(error.message),
  );
  holds(outcome.includes(words), outcome);
}

const USERS = [
  { user: 'alice', password: 'wonder,land=1' },
  { user: 'a,b=c', password: 'x' },
  { user: '=2C', password: 'pässwörd' },
];

async function logIns(tally, judge, directory) {
  mkdirSync(directory);
  const derivation = new PasswordDerivation();
  const credentials = Credentials.load(new DiskFileSystem(), directory, { derivation });
  for (const { user, password } of USERS) await credentials.put(user, password, { iterations: 5000 });
  const environment = { credentials, derivation };
  for (const mechanism of saslMechanisms) {
    for (const each of USERS) {
      await tally.check(`${mechanism}: ${each.user} logs in from our client to Kafka's server`, async () =>
        same('user', await ourClientLogsIn(judge, environment, mechanism, each), each.user),
      );
      if (mechanism === 'PLAIN') continue;
      await tally.check(`${mechanism}: ${each.user} logs in from Kafka's client to our server`, async () =>
        same('principal', await theirClientLogsIn(judge, environment, mechanism, each), `User:${each.user}`),
      );
    }
    const wrong = { user: 'alice', password: 'wrong', kept: 'wonder,land=1' };
    await tally.check(`${mechanism}: a wrong password is refused by either`, async () => {
      await refuses('Kafka refuses', () => ourClientLogsIn(judge, environment, mechanism, wrong));
      if (mechanism !== 'PLAIN')
        await refuses('is wrong', () => theirClientLogsIn(judge, environment, mechanism, wrong));
    });
  }
}

async function ratesAreTheSame(judge, random) {
  const [samples, sampleMs] = [1 + random.below(12), pick(random, [100, 1000, 3000])];
  let now = 1_700_000_000_000;
  const steps = Array.from({ length: 400 }, () => {
    now += random.below(20) === 0 ? random.below(20 * sampleMs) : random.below(sampleMs / 2);
    return { now, bytes: random.below(5) === 0 ? null : random.below(1000) - 10, limit: 1 + random.below(2000) };
  });
  const theirs = await judge.ask({ command: 'rate', samples, sampleMs, steps });
  const rate = new ByteRate({ samples, sampleMs });
  for (const [i, step] of steps.entries()) {
    if (step.bytes !== null) rate.record(step.bytes, step.now);
    same(
      `step ${i} of ${JSON.stringify({ samples, sampleMs, steps: steps.slice(0, i + 1) })}`,
      [rate.rate(step.now), rate.throttleMs(step.limit, step.now)],
      theirs[i],
    );
  }
}

export async function judgeSecurity(tally, judge, root, seed) {
  const random = new Random(seed);
  await tally.check("rules: Kafka's authorizer answers the same", async () => {
    let [yes, no] = [0, 0];
    for (let run = 0; run < 60; run++) {
      const counts = await rulesAreReadTheSame(judge, random);
      yes += counts.yes;
      no += counts.no;
    }
    holds(yes > 500 && no > 500, `${yes} yes and ${no} no: questions of which all have one answer find nothing`);
  });
  await logIns(tally, judge, join(root, 'credentials'));
  await tally.check("quotas: Kafka's rates and throttle times are the same", async () => {
    for (let run = 0; run < 20; run++) await ratesAreTheSame(judge, random);
  });
}
