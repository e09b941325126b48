/** Brokers that ask who their clients are, and clients that say it. */
import type { Broker } from '#millrace/broker/broker.js';
import { saslHandshake } from '#millrace/protocol/apis/17-sasl-handshake.js';
import { saslAuthenticate } from '#millrace/protocol/apis/36-sasl-authenticate.js';
import { createSaslClient } from '#millrace/security/sasl-mechanism.js';
import type { BrokerClient } from './broker-client.ts';
import { rig, type Rig } from './broker-fixture.ts';

export const PASSWORD = 'open sesame';

/** A broker on SASL_PLAINTEXT with the users alice and bob; `client` has not logged in yet. */
export async function saslRig(
  config: Record<string, string | number | boolean> = {},
  users: readonly string[] = ['alice', 'bob'],
): Promise<Rig> {
  const made = await rig({
    port: undefined,
    config: {
      listeners: 'SASL_PLAINTEXT://127.0.0.1:0',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'connection.failed.authentication.delay.ms': 20,
      ...config,
    },
  });
  for (const user of users) await addUser(made.broker, user);
  return made;
}

export function addUser(broker: Broker, user: string, password = PASSWORD): Promise<void> {
  return broker.credentials.put(user, password);
}

/** Logs in, each token in a SaslAuthenticate. The error code of the last answer. */
export async function logIn(
  client: BrokerClient,
  user: string,
  options: { readonly mechanism?: string; readonly password?: string } = {},
): Promise<number> {
  const { mechanism = 'SCRAM-SHA-256', password = PASSWORD } = options;
  const { errorCode } = await client.ask(saslHandshake, 1, { mechanism });
  if (errorCode !== 0) return errorCode;
  const sasl = createSaslClient(mechanism, { user, password });
  let token: Uint8Array | null = sasl.start();
  while (token !== null) {
    const answer: { errorCode: number; authBytes: Buffer } = await client.ask(saslAuthenticate, 2, {
      authBytes: Buffer.from(token),
    });
    if (answer.errorCode !== 0) return answer.errorCode;
    token = await sasl.respond(answer.authBytes);
  }
  return 0;
}
