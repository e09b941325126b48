/** Who may log in to a broker: read from its data directory when it starts, changed by its administration. */
import { invalidArgument } from '../errors.ts';
import { Credentials } from '../security/credentials.ts';
import { PasswordDerivation } from '../security/password-derivation.ts';
import { isSaslMechanism, saslMechanisms } from '../security/sasl-mechanism.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { SaslSettings } from './sasl-authentication.ts';

export interface BrokerSecurity {
  readonly credentials: Credentials;
  readonly derivation: PasswordDerivation;
}

/** Errors: CORRUPT for a file of the directory that cannot be read. */
export function openSecurity({ fileSystem, directory }: Store): BrokerSecurity {
  const derivation = new PasswordDerivation();
  return { credentials: Credentials.load(fileSystem, directory, { derivation }), derivation };
}

/** What listeners with SASL are told. */
export function saslSettings(config: BrokerConfig, security: BrokerSecurity, clock: Clock): SaslSettings {
  const given = config['sasl.enabled.mechanisms'];
  const mechanisms = given.split(',').filter((name) => name !== '');
  if (mechanisms.length === 0 || !mechanisms.every(isSaslMechanism))
    throw invalidArgument('sasl.enabled.mechanisms', `of ${saslMechanisms.join(', ')}`, given);
  return {
    credentials: security.credentials,
    derivation: security.derivation,
    mechanisms,
    failureDelayMs: config['connection.failed.authentication.delay.ms'],
    maxFrameSize: config['sasl.server.max.receive.size'],
    clock,
  };
}
