/** Brokers that ask who their clients are, and clients that say it. */
import type { Broker } from '#millrace/broker/broker.js';
import { saslHandshake } from '#millrace/protocol/apis/17-sasl-handshake.js';
import { createAcls } from '#millrace/protocol/apis/30-create-acls.js';
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

export interface GuardedRig {
  /** Of a user that may do everything. */
  readonly root: BrokerClient;
  /** Of a user that may do what the rules say. */
  readonly alice: BrokerClient;
  readonly broker: Broker;
  /** Lets alice do it with a resource: type, name, operation, and whether for names that begin so. */
  allow(resourceType: number, name: string, operation: number, patternType?: number): Promise<void>;
}

/** With an authorizer and no rules. */
export async function guardedRig(config: Record<string, string | number | boolean> = {}): Promise<GuardedRig> {
  const {
    broker,
    client: alice,
    connect,
  } = await saslRig(
    {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:root',
      ...config,
    },
    ['alice', 'root'],
  );
  const root = await connect();
  await logIn(alice, 'alice');
  await logIn(root, 'root');
  const allow: GuardedRig['allow'] = async (resourceType, resourceName, operation, patternType = 3) => {
    const rule = { principal: 'User:alice', host: '*', operation, permissionType: 3 };
    const creation = { resourceType, resourceName, resourcePatternType: patternType, ...rule };
    const { results } = await root.ask(createAcls, 3, { creations: [creation] });
    if (results[0].errorCode !== 0) throw new Error(`no rule: ${results[0].errorMessage}`);
  };
  return { root, alice, broker, allow };
}
