/**
 * What TLS is told of a broker's settings: certificate, key and whom to trust, as PEM, from files or from the settings themselves. (DefaultSslEngineFactory.)
 *
 * Java's key stores are not read; the refusal says how to make PEM of them.
 */
import { readFileSync } from 'node:fs';
import type * as Tls from 'node:tls';
import type { SecureVersion, TlsOptions } from 'node:tls';
import { invalidArgument, MillraceError } from '../errors.ts';
import { TLS_HANDSHAKE_TIMEOUT_MS } from '../limits.ts';
import { lazily, requirePackage } from '../lazy-module.ts';
import { PrincipalMapping } from '../security/principal-mapping.ts';
import type { BrokerConfig } from './broker-config.ts';

const tls = lazily(() => requirePackage('node:tls') as typeof Tls);

export interface TlsSettings extends TlsOptions {
  readonly requestCert: boolean;
  /** Who a client is by its certificate. */
  readonly principals: PrincipalMapping;
}

type Config = Pick<BrokerConfig, Extract<keyof BrokerConfig, `ssl.${string}`>>;

const BLOCK = /-+BEGIN ([A-Z0-9 ]+?)-+([^-]+)-+END \1-+/g;
const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];
const LINE = 64;

/** Errors: INVALID_ARGUMENT for settings that are missing or contradict each other, UNSUPPORTED for other stores than PEM, IO for a file that cannot be read. */
export function tlsSettings(config: Config): TlsSettings {
  checkPem('ssl.keystore', config['ssl.keystore.type']);
  checkPem('ssl.truststore', config['ssl.truststore.type']);
  const { key, certificates } = keyAndCertificates(config);
  const ca = trusted(config);
  const clientAuth = config['ssl.client.auth'];
  if (clientAuth !== 'none' && ca === undefined)
    throw invalidArgument(
      'ssl.client.auth',
      'ssl.truststore.location or ssl.truststore.certificates beside it',
      clientAuth,
    );
  const versions = VERSIONS.filter((version) => config['ssl.enabled.protocols'].split(',').includes(version));
  if (versions.length === 0)
    throw invalidArgument('ssl.enabled.protocols', `of ${VERSIONS.join(', ')}`, config['ssl.enabled.protocols']);
  const settings: TlsSettings = {
    key,
    cert: certificates,
    ca,
    passphrase: config['ssl.key.password'] ?? undefined,
    principals: new PrincipalMapping(config['ssl.principal.mapping.rules']),
    requestCert: clientAuth !== 'none',
    // One that is shown and not trusted is refused in either case (tls-gate.ts).
    rejectUnauthorized: clientAuth === 'required',
    minVersion: versions[0],
    maxVersion: versions.at(-1),
    handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS,
  };
  try {
    tls().createSecureContext(settings);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `the certificate or key of ssl.keystore is none: ${why}`, {
      cause: error,
    });
  }
  return settings;
}

function checkPem(store: string, type: string): void {
  if (type === 'PEM') return;
  const how =
    'keytool -importkeystore -srckeystore STORE -destkeystore store.p12 -deststoretype PKCS12, then openssl pkcs12 -in store.p12 -nodes -out store.pem';
  throw new MillraceError('ERR_MILLRACE_UNSUPPORTED', `${store}.type ${type} is not read, PEM is: ${how}`);
}

function keyAndCertificates(config: Config): { readonly key: string; readonly certificates: string } {
  const [chain, key] = [config['ssl.keystore.certificate.chain'], config['ssl.keystore.key']];
  const location = config['ssl.keystore.location'];
  if (location !== '' && (chain !== null || key !== null))
    throw invalidArgument('ssl.keystore.location', 'no ssl.keystore.certificate.chain or ssl.keystore.key', location);
  if (location === '' && (chain === null || key === null))
    throw invalidArgument(
      'ssl.keystore.location',
      'a PEM file for a listener with TLS, or ssl.keystore.certificate.chain and ssl.keystore.key',
      location,
    );
  const text = location === '' ? `${chain}\n${key}` : readPem('ssl.keystore.location', location);
  const certificates = blocks(text, (kind) => kind === 'CERTIFICATE');
  const keys = blocks(text, (kind) => kind.endsWith('PRIVATE KEY'));
  if (certificates === '' || keys === '')
    throw invalidArgument('ssl.keystore', 'a private key and a certificate', location === '' ? '(hidden)' : location);
  return { key: keys, certificates };
}

function trusted(config: Config): string | undefined {
  const [inline, location] = [config['ssl.truststore.certificates'], config['ssl.truststore.location']];
  if (inline === null && location === '') return undefined;
  if (inline !== null && location !== '')
    throw invalidArgument('ssl.truststore.location', 'no ssl.truststore.certificates beside it', location);
  const certificates = blocks(inline ?? readPem('ssl.truststore.location', location), (kind) => kind === 'CERTIFICATE');
  if (certificates === '') throw invalidArgument('ssl.truststore', 'at least one certificate', location);
  return certificates;
}

function readPem(setting: string, path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new MillraceError('ERR_MILLRACE_IO', `cannot read ${setting} ${path}: ${code}`, { path, cause: error });
  }
}

/** Those of a kind, with the line breaks that a setting in one line has lost. */
function blocks(text: string, isWanted: (kind: string) => boolean): string {
  let found = '';
  for (const [whole, kind, body] of text.matchAll(BLOCK)) {
    if (!isWanted(kind)) continue;
    // One with headers (an old encrypted key) is left as it is.
    const lines = body.includes(':') ? null : body.replaceAll(/\s+/g, '').match(new RegExp(`.{1,${LINE}}`, 'g'));
    found += lines === null ? `${whole}\n` : `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`;
  }
  return found;
}
