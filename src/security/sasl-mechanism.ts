/** The mechanisms by name: the door to SASL for whoever has a connection. What an exchange is stands in `sasl-exchange.ts`. */
import { MillraceError } from '../errors.ts';
import type { CredentialLookup } from './credential-lookup.ts';
import type { PasswordDerivation } from './password-derivation.ts';
import { PlainClient } from './plain-client.ts';
import { PlainServer } from './plain-server.ts';
import type { SaslClient, SaslMechanism, SaslServer, UserPassword } from './sasl-exchange.ts';
import { ScramClient } from './scram-client.ts';
import { scramMechanisms } from './scram-hash.ts';
import { ScramServer } from './scram-server.ts';

/** All that there are; which of them a listener offers (`sasl.enabled.mechanisms`) is the listener's. */
export const saslMechanisms: readonly SaslMechanism[] = ['PLAIN', ...scramMechanisms];

export function isSaslMechanism(name: unknown): name is SaslMechanism {
  return (saslMechanisms as readonly unknown[]).includes(name);
}

export interface SaslServerEnvironment {
  readonly credentials: CredentialLookup;
  /** One for all connections: it bounds what they ask of the processor together. */
  readonly derivation: PasswordDerivation;
}

/** One exchange. ERR_MILLRACE_UNSUPPORTED for another mechanism (Kafka: UNSUPPORTED_SASL_MECHANISM, with those that are offered). */
export function createSaslServer(mechanism: string, { credentials, derivation }: SaslServerEnvironment): SaslServer {
  checkMechanism(mechanism);
  return mechanism === 'PLAIN' ? new PlainServer(credentials, derivation) : new ScramServer(mechanism, credentials);
}

export function createSaslClient(
  mechanism: string,
  user: UserPassword,
  options: { readonly derivation?: PasswordDerivation } = {},
): SaslClient {
  checkMechanism(mechanism);
  return mechanism === 'PLAIN' ? new PlainClient(user) : new ScramClient(mechanism, user, options);
}

function checkMechanism(mechanism: string): asserts mechanism is SaslMechanism {
  if (isSaslMechanism(mechanism)) return;
  throw new MillraceError(
    'ERR_MILLRACE_UNSUPPORTED',
    `the SASL mechanism ${JSON.stringify(mechanism.slice(0, 64))} is not supported, expected one of ${saslMechanisms.join(', ')}`,
  );
}
