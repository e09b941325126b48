import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CredentialLookup } from '#millrace/security/credential-lookup.js';
import { credentialOf } from '#millrace/security/scram-credential.js';
import { ScramClient } from '#millrace/security/scram-client.js';
import { scramHashes, scramMechanisms } from '#millrace/security/scram-hash.js';
import { randomNonce, ScramServer } from '#millrace/security/scram-server.js';
import { Random, seedsOf } from '../support/random.ts';
import { exchange, saslRig } from './sasl-rig.ts';
import { scramVectors, type ScramVector } from './scram-vectors.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const refused = (found: string): unknown =>
  expect.objectContaining({ code: 'ERR_MILLRACE_AUTHENTICATION', message: expect.stringContaining(found) });

const lookups = new Map<ScramVector, CredentialLookup>();

function vectorServer(vector: ScramVector): ScramServer {
  const lookup = lookups.get(vector) ?? lookupOf(vector);
  lookups.set(vector, lookup);
  return new ScramServer(vector.mechanism, lookup, () => vector.serverNonce);
}

/** Which has the user of the vector, whoever is asked for. */
function lookupOf({ mechanism, salt }: ScramVector): CredentialLookup {
  const hash = scramHashes[mechanism];
  const saltBytes = Buffer.from(salt, 'base64');
  const saltedPassword = pbkdf2Sync('pencil', saltBytes, 4096, hash.size, hash.digest);
  const credential = credentialOf(hash, { salt: saltBytes, iterations: 4096, saltedPassword });
  const found = { credential, isKnown: true, mechanism };
  return { find: () => found, findForPassword: () => found };
}

test.each(scramVectors)('$mechanism: the exchange of the vector', async (vector) => {
  const server = vectorServer(vector);
  expect((await server.respond(bytes(vector.clientFirst))).toString()).toBe(vector.serverFirst);
  expect(server.principal).toBeNull();
  expect((await server.respond(bytes(vector.clientFinal))).toString()).toBe(vector.serverFinal);
  expect(server.principal).toBe('User:user');
  await expect(server.respond(bytes(vector.clientFinal))).rejects.toThrow(refused('the exchange has ended'));
  expect(server.principal).toBe('User:user');
});

describe.each(scramMechanisms)('%s', (mechanism) => {
  test('who knows the password is who it says', async () => {
    const { credentials } = await saslRig();
    for (const [user, password] of [
      ['alice', 'wonder,land=1'],
      ['bob', 'builder'],
    ]) {
      const server = new ScramServer(mechanism, credentials);
      const client = new ScramClient(mechanism, { user, password });
      expect(await exchange(client, server)).toHaveLength(4);
      expect(server.principal).toBe(`User:${user}`);
      expect(client.isComplete).toBe(true);
    }
  });

  test('names that must be escaped, and names that are not ASCII', async () => {
    const { credentials } = await saslRig();
    for (const user of ['a,b=c', '=2C', 'Zoë', '\u{1f511}']) {
      await credentials.put(user, 'x');
      const server = new ScramServer(mechanism, credentials);
      await exchange(new ScramClient(mechanism, { user, password: 'x' }), server);
      expect(server.principal).toBe(`User:${user}`);
    }
  });

  test('a user that is not there is refused as one with a wrong password', async () => {
    const { credentials } = await saslRig();
    const outcomes = [];
    for (const user of ['alice', 'nobody']) {
      const salts = new Set<string>();
      for (let time = 0; time < 2; time++) {
        const server = new ScramServer(mechanism, credentials, () => 'server');
        const client = new ScramClient(mechanism, { user, password: 'wrong' }, { nonce: () => 'client' });
        const first = (await server.respond(client.start())).toString();
        const final = (await client.respond(bytes(first)))!;
        const error = await server.respond(final).catch((refusal: Error) => refusal);
        expect(server.principal).toBeNull();
        salts.add(/s=([^,]+)/.exec(first)![1]);
        outcomes.push({ shape: first.replace(/s=[^,]+/, 's'), error: String(error) });
      }
      expect(salts.size).toBe(1);
    }
    expect(outcomes[0].error).toContain('the user or the password is wrong');
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });

  test('who has no credential for this mechanism is not there', async () => {
    const { credentials } = await saslRig();
    credentials.remove('alice', mechanism);
    const client = new ScramClient(mechanism, { user: 'alice', password: 'wonder,land=1' });
    await expect(exchange(client, new ScramServer(mechanism, credentials))).rejects.toThrow(
      refused('the user or the password is wrong'),
    );
  });
});

test.each(scramVectors)('$mechanism: a decoy lets nobody in, even one whose password fits', async (vector) => {
  const lookup = lookupOf(vector);
  const find: CredentialLookup['find'] = (...asked) => ({ ...lookup.find(...asked), isKnown: false });
  const server = new ScramServer(vector.mechanism, { ...lookup, find }, () => vector.serverNonce);
  await server.respond(bytes(vector.clientFirst));
  await expect(server.respond(bytes(vector.clientFinal))).rejects.toThrow(refused('the user or the password is wrong'));
  expect(server.principal).toBeNull();
});

test.each([
  ['delegation tokens', 'n,,n=id,r=x,tokenauth=true', 'delegation tokens are not supported'],
  ['another authorization id', 'n,a=bob,n=alice,r=x', 'the authorization id is another than the user'],
  ['a name beyond its bound', `n,,n=${'x'.repeat(1025)},r=x`, 'the user name has 1025 bytes'],
  ['a message beyond its bound', `n,,n=alice,r=${'x'.repeat(17_000)}`, 'expected at most 16384'],
  ['garbage', 'GET / HTTP/1.1', 'no first message'],
])('%s: refused at the first message', async (_what, text, found) => {
  const { credentials } = await saslRig();
  const server = new ScramServer('SCRAM-SHA-256', credentials);
  await expect(server.respond(bytes(text))).rejects.toThrow(refused(found));
  // And for good.
  await expect(server.respond(bytes('n,,n=alice,r=x'))).rejects.toThrow(refused('the exchange has ended'));
});

test('an authorization id that is the user is taken, and must be told again', async () => {
  const { credentials } = await saslRig();
  await credentials.put('a,b', 'x');
  for (const header of ['n,a=a=2Cb,', 'n,,']) {
    const server = new ScramServer('SCRAM-SHA-256', credentials);
    const first = await server.respond(bytes('n,a=a=2Cb,n=a=2Cb,r=x'));
    const nonce = /r=([^,]+)/.exec(first.toString())![1];
    const answer = server.respond(
      bytes(`c=${bytes(header).toString('base64')},r=${nonce},p=${Buffer.alloc(32).toString('base64')}`),
    );
    await expect(answer).rejects.toThrow(refused(header === 'n,,' ? 'the header is another' : 'password is wrong'));
  }
});

test.each([
  ['another nonce', (text: string) => text.replace('k0,p=', 'k1,p='), 'the nonce is another'],
  ['another header', (text: string) => text.replace('c=biws', 'c=eSws'), 'the header is another'],
  [
    'a longer proof',
    (text: string) => text.replace(/p=.*/, `p=${Buffer.alloc(33).toString('base64')}`),
    'the proof has 33 bytes, expected 32',
  ],
  ['no proof', (text: string) => text.replace(/p=.*/, 'p='), 'the proof has 0 bytes, expected 32'],
  ['another proof', (text: string) => text.replace('p=dH', 'p=dI'), 'the user or the password is wrong'],
  [
    'an extension that was not signed',
    (text: string) => text.replace(',p=', ',x=y,p='),
    'the user or the password is wrong',
  ],
])('%s: refused at the final message', async (_what, change, found) => {
  const [vector] = scramVectors;
  const server = vectorServer(vector);
  await server.respond(bytes(vector.clientFirst));
  const changed = change(vector.clientFinal);
  expect(changed).not.toBe(vector.clientFinal);
  await expect(server.respond(bytes(changed))).rejects.toThrow(refused(found));
  await expect(server.respond(bytes(vector.clientFinal))).rejects.toThrow(refused('the exchange has ended'));
  expect(server.principal).toBeNull();
});

test('messages that come at once do not get each other in', async () => {
  const [vector] = scramVectors;
  const server = vectorServer(vector);
  const answers = await Promise.allSettled([1, 2, 3].map(() => server.respond(bytes(vector.clientFinal))));
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(server.principal).toBeNull();
});

test('whatever is sent, the answer is a message or a refusal', async () => {
  const { credentials } = await saslRig();
  const [vector] = scramVectors;
  const [seed] = seedsOf(1);
  const random = new Random(seed);
  for (let run = 0; run < 3000; run++) {
    const server = random.chance(0.5) ? vectorServer(vector) : new ScramServer('SCRAM-SHA-512', credentials);
    const message = damaged(bytes(random.pick([vector.clientFirst, vector.clientFinal, ''])), random);
    let isProved = false;
    try {
      await server.respond(random.chance(0.5) ? bytes(vector.clientFirst) : message);
      isProved = message.equals(bytes(vector.clientFinal));
      await server.respond(message);
    } catch (error) {
      expect(error, `seed ${seed}: ${message.toString('latin1')}`).toMatchObject({
        code: 'ERR_MILLRACE_AUTHENTICATION',
      });
    }
    if (!isProved) expect(server.principal, `seed ${seed}`).toBeNull();
  }
});

/** Bytes changed, cut out, doubled, or random ones put in. */
function damaged(message: Buffer, random: Random): Buffer {
  let result = message;
  for (let change = random.between(0, 3); change > 0; change--) {
    const from = random.between(0, result.length);
    const to = random.between(from, Math.min(result.length, from + 8));
    const put = random.pick([
      Buffer.alloc(0),
      random.bytes(random.between(1, 4)),
      result.subarray(from, to),
      bytes(','),
    ]);
    result = Buffer.concat([result.subarray(0, from), put, result.subarray(random.chance(0.5) ? to : from)]);
  }
  return result;
}

test('a nonce is printable, has no comma, and is another each time', () => {
  const nonces = new Set(Array.from({ length: 100 }, randomNonce));
  expect(nonces.size).toBe(100);
  for (const nonce of nonces) expect(nonce).toMatch(/^[\w-]{24}$/);
});
