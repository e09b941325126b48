import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkBrokerConfig } from '#millrace/broker/broker-config.js';
import { tlsSettings } from '#millrace/broker/tls-settings.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { certificates, tlsConfig } from './certificates.ts';

const settings = (config: object) => tlsSettings(checkBrokerConfig(config).config);

test('certificate and key from the settings, also in one line as a properties file has them', () => {
  const { broker, authority } = certificates();
  const { key, cert, ca, requestCert } = settings(tlsConfig());
  expect([key, cert, ca, requestCert]).toEqual([broker.key, broker.certificate, authority.certificate, false]);
  const inline = Object.fromEntries(
    Object.entries(tlsConfig()).map(([name, pem]) => [name, pem.replaceAll('\n', ' ')]),
  );
  expect(settings(inline)).toMatchObject({ key, cert, ca });
});

test('from files, in any order', () => {
  const { broker, authority } = certificates();
  const directory = temporaryDirectory();
  const [store, trust] = [join(directory, 'store.pem'), join(directory, 'trust.pem')];
  writeFileSync(store, `a comment\n${broker.certificate}${broker.key}${authority.certificate}`);
  writeFileSync(trust, authority.certificate);
  const config = { 'ssl.keystore.location': store, 'ssl.truststore.location': trust, 'ssl.client.auth': 'required' };
  expect(settings(config)).toMatchObject({
    key: broker.key,
    cert: broker.certificate + authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  });
});

test('what cannot be is said, without the key', () => {
  const { broker, stranger } = certificates();
  const pair = { 'ssl.keystore.certificate.chain': broker.certificate, 'ssl.keystore.key': broker.key };
  const cases: [object, RegExp][] = [
    [{}, /ssl\.keystore\.location must be a PEM file/],
    [{ 'ssl.keystore.location': '/no/such.pem' }, /cannot read ssl\.keystore\.location \/no\/such\.pem: ENOENT/],
    [{ ...pair, 'ssl.keystore.location': 'x.pem' }, /must be no ssl\.keystore\.certificate\.chain/],
    [{ ...pair, 'ssl.keystore.key': stranger.key }, /the certificate or key of ssl\.keystore is none/],
    [{ ...pair, 'ssl.keystore.key': 'nonsense' }, /must be a private key and a certificate/],
    [{ ...pair, 'ssl.keystore.type': 'JKS' }, /JKS is not read, PEM is: keytool -importkeystore/],
    [{ ...pair, 'ssl.truststore.type': 'PKCS12' }, /ssl\.truststore\.type PKCS12 is not read/],
    [{ ...pair, 'ssl.client.auth': 'required' }, /ssl\.truststore\.location or ssl\.truststore\.certificates beside/],
    [{ ...pair, 'ssl.enabled.protocols': 'SSLv3' }, /ssl\.enabled\.protocols must be of TLSv1\.2/],
  ];
  for (const [config, message] of cases) {
    expect(() => settings(config)).toThrow(message);
    expect(() => settings(config)).not.toThrow(/PRIVATE KEY/);
  }
});
