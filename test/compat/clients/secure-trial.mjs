/**
 * A broker that asks clients who they are, over TLS, and lets them do what rules say: what secure-checks.mjs tries clients on. Its certificates are made by openssl, its
 * users are alice, who may write and read topics whose names begin with `mine` and see those that begin with `theirs`, and root, who may do everything.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { Trial } from './trial.mjs';

const MECHANISM = 'SCRAM-SHA-256';
/** Of Kafka's protocol, as kafkajs names them. */
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } = kafkajs;

/** A log-in that is good for seconds it would repeat with each request by default, more often than Kafka allows. */
const QUIETLY = { reauthenticationThreshold: 500, logLevel: logLevel.NOTHING };

export class SecureTrial {
  #trial;
  #folder = mkdtempSync(join(tmpdir(), 'millrace-secure-'));

  /** `config`: more settings of the broker. */
  static async start({ config = {} } = {}) {
    const secure = new SecureTrial();
    try {
      makeCertificates(secure.#folder);
      secure.#trial = await Trial.start({
        config: {
          listeners: 'SASL_SSL://127.0.0.1:0',
          'ssl.keystore.location': secure.path('broker.pem'),
          'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          'super.users': 'User:root',
          ...config,
        },
      });
      for (const user of ['alice', 'root']) await secure.#trial.addUser(user, passwordOf(user));
      await secure.#allowAlice();
      return secure;
    } catch (error) {
      await secure.close();
      throw error;
    }
  }

  /** The broker and its store. */
  get trial() {
    return this.#trial;
  }

  /** Of a file that clients are told of. */
  path(name) {
    return join(this.#folder, name);
  }

  /** How a user logs in, as every client may be told: in words, and as a file of properties for Java's and librdkafka's. */
  login(user = 'alice') {
    const password = passwordOf(user);
    const [java, librdkafka] = [this.path(`${user}.properties`), this.path(`${user}.conf`)];
    writeFileSync(java, javaProperties(user, password, this.path('authority.pem')));
    writeFileSync(librdkafka, librdkafkaProperties(user, password, this.path('authority.pem')));
    const caFile = this.path('authority.pem');
    return { user, password, mechanism: MECHANISM, caFile, ca: readFileSync(caFile, 'utf8'), java, librdkafka };
  }

  async close() {
    await this.#trial?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #allowAlice() {
    const { user: username, password, ca } = this.login('root');
    const sasl = { mechanism: MECHANISM.toLowerCase(), username, password };
    const kafka = new Kafka({ brokers: [this.#trial.address], ssl: { ca }, sasl, ...QUIETLY });
    const admin = kafka.admin();
    await admin.connect();
    const rule = { principal: 'User:alice', host: '*', permissionType: AclPermissionTypes.ALLOW };
    const prefixed = { resourcePatternType: ResourcePatternTypes.PREFIXED, ...rule };
    const mine = { resourceType: AclResourceTypes.TOPIC, resourceName: 'mine', ...prefixed };
    // librdkafka's consumer asks for its group's coordinator though it joins none.
    const group = { resourceType: AclResourceTypes.GROUP, resourceName: 'trial', ...prefixed };
    try {
      await admin.createAcls({
        acl: [
          { ...mine, operation: AclOperationTypes.READ },
          { ...mine, operation: AclOperationTypes.WRITE },
          // A partition that it may not see librdkafka waits for, without a word.
          { ...mine, resourceName: 'theirs', operation: AclOperationTypes.DESCRIBE },
          { ...group, operation: AclOperationTypes.READ },
        ],
      });
    } finally {
      await admin.disconnect();
    }
  }
}

function passwordOf(user) {
  return `${user} has a secret`;
}

function javaProperties(user, password, caFile) {
  return [
    'security.protocol=SASL_SSL',
    `sasl.mechanism=${MECHANISM}`,
    `sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${password}";`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${caFile}`,
    '',
  ].join('\n');
}

/** By PLAIN: kcat's librdkafka answers with another nonce than it was given, which Kafka refuses as well (CVE-2024-56128). */
function librdkafkaProperties(user, password, caFile) {
  return [
    'security.protocol=SASL_SSL',
    'sasl.mechanism=PLAIN',
    `sasl.username=${user}`,
    `sasl.password=${password}`,
    `ssl.ca.location=${caFile}`,
    '',
  ].join('\n');
}

/** authority.pem, and broker.pem with key and certificate for 127.0.0.1. */
function makeCertificates(folder) {
  const openssl = (...args) => {
    try {
      execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    } catch (error) {
      throw new Error(`openssl, which makes the certificates, failed: ${error.stderr ?? error.message}`, {
        cause: error,
      });
    }
  };
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  const days = ['-days', '2'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'authority.pem', ...days, '-subj', '/CN=Authority');
  openssl('req', ...newKey, '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=localhost');
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const by = ['-CA', 'authority.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'broker.csr', ...by, '-out', 'broker.crt', ...days, '-extfile', 'names');
  const parts = ['broker.key', 'broker.crt'].map((name) => readFileSync(join(folder, name), 'utf8'));
  writeFileSync(join(folder, 'broker.pem'), parts.join(''));
}
