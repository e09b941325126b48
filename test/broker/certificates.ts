/** Certificates for tests, made once a process by openssl: who vouches, a broker on localhost, a client, and a client for whom nobody vouches. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyPair {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
}

export interface Certificates {
  readonly authority: KeyPair;
  readonly broker: KeyPair;
  readonly client: KeyPair;
  readonly stranger: KeyPair;
}

let made: Certificates | null = null;

export function certificates(): Certificates {
  return (made ??= make());
}

function make(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-certificates-'));
  const path = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): void => {
    try {
      execFileSync('openssl', args, { stdio: 'pipe' });
    } catch (error) {
      throw new Error('NOT TESTED: TLS needs the program openssl to make certificates for the test', { cause: error });
    }
  };
  const pair = (name: string): KeyPair => ({
    key: readFileSync(path(`${name}.key`), 'utf8'),
    certificate: readFileSync(path(`${name}.pem`), 'utf8'),
  });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const selfSigned = (name: string, subject: string): void =>
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.pem`),
      '-days',
      '2',
      '-subj',
      subject,
    );
  const signed = (name: string, subject: string): void => {
    openssl('req', ...newKey, '-keyout', path(`${name}.key`), '-out', path(`${name}.csr`), '-subj', subject);
    writeFileSync(path('extensions'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    const by = ['-CA', path('authority.pem'), '-CAkey', path('authority.key'), '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      path(`${name}.csr`),
      ...by,
      '-out',
      path(`${name}.pem`),
      '-days',
      '2',
      '-extfile',
      path('extensions'),
    );
  };
  try {
    selfSigned('authority', '/CN=Test authority');
    selfSigned('stranger', '/CN=stranger');
    signed('broker', '/CN=localhost');
    signed('client', '/O=Mills, Races/CN=client');
    return { authority: pair('authority'), broker: pair('broker'), client: pair('client'), stranger: pair('stranger') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Settings of a broker with the certificate of `certificates`. */
export function tlsConfig(): Record<string, string> {
  const { broker, authority } = certificates();
  return {
    'ssl.keystore.certificate.chain': broker.certificate,
    'ssl.keystore.key': broker.key,
    'ssl.truststore.certificates': authority.certificate,
  };
}
