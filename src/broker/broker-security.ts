/** Who may log in to a broker, what they may do there, and how much: read from its data directory when it starts, changed by its administration. */
import { invalidArgument, MillraceError } from '../errors.ts';
import { Acls } from '../security/acls.ts';
import { Authorizer } from '../security/authorizer.ts';
import { Credentials } from '../security/credentials.ts';
import { PasswordDerivation } from '../security/password-derivation.ts';
import { parseSuperUsers } from '../security/principal.ts';
import { QuotaBook } from '../security/quota-book.ts';
import { isSaslMechanism, saslMechanisms } from '../security/sasl-mechanism.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { BrokerConfig } from './broker-config.ts';
import { mechanismConfig } from './config/listener-settings.ts';
import type { EffectiveConfig } from './live-config.ts';
import type { SaslSettings } from './sasl-authentication.ts';

export interface BrokerSecurity {
  readonly credentials: Credentials;
  readonly acls: Acls;
  readonly quotas: QuotaBook;
  /** Null: everybody may do everything. */
  readonly authorizer: Authorizer | null;
  readonly derivation: PasswordDerivation;
}

const AUTHORIZER = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer';

/** Errors: CORRUPT for a file of the directory that cannot be read, UNSUPPORTED for an authorizer that there is not. */
export function openSecurity({ fileSystem, directory }: Store, config: BrokerConfig, clock: Clock): BrokerSecurity {
  const derivation = new PasswordDerivation();
  const acls = Acls.load(fileSystem, directory);
  return {
    derivation,
    credentials: Credentials.load(fileSystem, directory, { derivation }),
    acls,
    quotas: QuotaBook.load(fileSystem, directory, clock),
    authorizer: authorizerOf(config, acls),
  };
}

function authorizerOf(config: BrokerConfig, acls: Acls): Authorizer | null {
  const name = config['authorizer.class.name'];
  if (name === '') return null;
  if (name !== AUTHORIZER) {
    const message = `the authorizer ${JSON.stringify(name)} is not there; ${AUTHORIZER} is, by its rules`;
    throw new MillraceError('ERR_MILLRACE_UNSUPPORTED', message);
  }
  return new Authorizer(acls.index, {
    superUsers: parseSuperUsers(config['super.users']),
    allowEveryoneIfNoAclFound: config['allow.everyone.if.no.acl.found'],
  });
}

/** What a listener with SASL is told. */
export function saslSettings(
  { ofListener, ofListeners }: Pick<EffectiveConfig, 'ofListener' | 'ofListeners'>,
  listener: string,
  { security, clock }: { readonly security: BrokerSecurity; readonly clock: Clock },
): SaslSettings {
  const config = ofListener(listener);
  const own = ofListeners.get(listener.toLowerCase());
  const given = config['sasl.enabled.mechanisms'];
  const mechanisms = given.split(',').filter((name) => name !== '');
  if (mechanisms.length === 0 || !mechanisms.every(isSaslMechanism))
    throw invalidArgument('sasl.enabled.mechanisms', `of ${saslMechanisms.join(', ')}`, given);
  return {
    credentials: security.credentials,
    derivation: security.derivation,
    mechanisms,
    failureDelayMs: config['connection.failed.authentication.delay.ms'],
    lifetimeMs: (mechanism) =>
      (own?.[mechanismConfig(mechanism)] as number | undefined) ?? config['connections.max.reauth.ms'],
    maxFrameSize: config['sasl.server.max.receive.size'],
    clock,
  };
}
