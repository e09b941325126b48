/** Settings of who may connect, by which proof, and over which encryption. */
import { SASL_FRAME_BYTES_MAX_DEFAULT } from '../../limits.ts';
import { bool, type BrokerConfigDefinition, int, list, long, oneOf, password, text } from './config-kind.ts';

export const securityConfigs = {
  'sasl.enabled.mechanisms': list({
    default: 'SCRAM-SHA-256,SCRAM-SHA-512',
    documentation:
      'How clients of SASL listeners may log in: of PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. PLAIN sends the password as it is, so it belongs on SASL_SSL.',
  }),
  'sasl.server.max.receive.size': int({
    default: SASL_FRAME_BYTES_MAX_DEFAULT,
    min: 1,
    documentation: 'The largest request of a client of a SASL listener before it has logged in.',
  }),
  'connections.max.reauth.ms': long({
    default: 0,
    min: 0,
    documentation:
      'How long a log-in is good: the client is told, and logs in anew on the same connection; one that does not is closed at its next request. 0: for ever.',
  }),
  'connection.failed.authentication.delay.ms': int({
    default: 100,
    min: 0,
    max: 60_000,
    documentation: 'How long a failed log-in waits for its answer, so that guessing is slow.',
  }),
  'authorizer.class.name': text({
    default: '',
    documentation:
      'With org.apache.kafka.metadata.authorizer.StandardAuthorizer ACLs say who may do what. None: everybody may do everything.',
  }),
  'super.users': text({
    default: '',
    documentation: 'Who may do everything whatever the ACLs say: User:name, with semicolons between.',
  }),
  'allow.everyone.if.no.acl.found': bool({
    default: false,
    documentation: 'Allows everything with what no ACL speaks of.',
  }),
  'ssl.keystore.type': oneOf({
    default: 'PEM',
    values: ['PEM', 'JKS', 'PKCS12'],
    documentation: 'The form of the broker’s certificate and key. PEM is read; JKS, which is Kafka’s default, is not.',
  }),
  'ssl.keystore.location': text({
    default: '',
    documentation: 'A PEM file with the broker’s private key and its certificate, with those that vouch for it behind.',
  }),
  'ssl.keystore.certificate.chain': password({
    documentation: 'The broker’s certificate as PEM text, in place of ssl.keystore.location.',
  }),
  'ssl.keystore.key': password({
    documentation: 'The broker’s private key as PEM text (PKCS#8), in place of ssl.keystore.location.',
  }),
  'ssl.key.password': password({ documentation: 'The password of the private key, where that is encrypted.' }),
  'ssl.truststore.type': oneOf({
    default: 'PEM',
    values: ['PEM', 'JKS', 'PKCS12'],
    documentation: 'The form of the certificates that clients’ certificates are held against. PEM is read.',
  }),
  'ssl.truststore.location': text({
    default: '',
    documentation: 'A PEM file with the certificates of those who vouch for clients.',
  }),
  'ssl.truststore.certificates': password({
    documentation: 'Certificates of those who vouch for clients as PEM text, in place of ssl.truststore.location.',
  }),
  'ssl.client.auth': oneOf({
    default: 'none',
    values: ['none', 'requested', 'required'],
    documentation: 'Whether clients of SSL listeners show a certificate; its subject is then their principal.',
  }),
  'ssl.principal.mapping.rules': text({
    default: 'DEFAULT',
    documentation:
      'What of a certificate’s subject is the principal’s name: RULE:pattern/name/[LU], with commas between, the first that fits; DEFAULT is the subject as it is.',
  }),
  'ssl.enabled.protocols': list({
    default: 'TLSv1.2,TLSv1.3',
    documentation: 'Versions of TLS: TLSv1.2, TLSv1.3.',
  }),
} as const satisfies Record<string, BrokerConfigDefinition>;
