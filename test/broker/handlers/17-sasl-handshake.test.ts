import { expect, test } from 'vitest';
import { saslHandshake } from '#millrace/protocol/apis/17-sasl-handshake.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { describeCluster } from '#millrace/protocol/apis/60-describe-cluster.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { createSaslClient } from '#millrace/security/sasl-mechanism.js';
import { rig } from '../broker-fixture.ts';
import { logIn, PASSWORD, saslRig } from '../secure-fixture.ts';

const { UNSUPPORTED_SASL_MECHANISM, ILLEGAL_SASL_STATE } = kafkaErrorCodes;

test('what is not offered is answered with what is, and the connection ends', async () => {
  const { client } = await saslRig();
  const answer = await client.ask(saslHandshake, 1, { mechanism: 'GSSAPI' });
  expect(answer).toEqual({
    errorCode: UNSUPPORTED_SASL_MECHANISM,
    mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
  });
  await client.closed;
});

test('where nobody is asked, and when it is over, it is no time for it', async () => {
  const { client: plain } = await rig();
  expect(await plain.ask(saslHandshake, 1, { mechanism: 'PLAIN' })).toEqual({
    errorCode: ILLEGAL_SASL_STATE,
    mechanisms: [],
  });
  const { client } = await saslRig();
  await logIn(client, 'alice');
  expect((await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' })).errorCode).toBe(ILLEGAL_SASL_STATE);
});

test('after version 0 tokens come bare, and requests after them', async () => {
  const { client } = await saslRig();
  const mechanism = 'SCRAM-SHA-512';
  expect((await client.ask(saslHandshake, 0, { mechanism })).errorCode).toBe(0);
  const sasl = createSaslClient(mechanism, { user: 'alice', password: PASSWORD });
  let token: Uint8Array | null = sasl.start();
  while (token !== null) {
    const length = Buffer.alloc(4);
    length.writeInt32BE(token.length);
    client.socket.write(Buffer.concat([length, token]));
    token = await sasl.respond(await client.nextFrame());
  }
  expect(sasl.isComplete).toBe(true);
  expect((await client.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false })).errorCode).toBe(0);
});

test('a bare token that proves nothing ends the connection', async () => {
  const { broker, client } = await saslRig();
  await client.ask(saslHandshake, 0, { mechanism: 'PLAIN' });
  client.socket.write(Buffer.from('\0\0\0\x0c\0alice\0guess', 'latin1'));
  await client.closed;
  await expect.poll(() => broker.listeners[0].statistics.connections).toBe(0);
});

test('before the log-in, versions are told, and nothing else is answered', async () => {
  const { client, connect } = await saslRig();
  expect((await client.ask(apiVersions, 3, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })).errorCode).toBe(0);
  client.send(describeCluster, 0, { includeClusterAuthorizedOperations: false });
  await client.closed;
  const large = await connect();
  large.socket.write(Buffer.from([0, 16, 0, 0]));
  await large.closed;
});
