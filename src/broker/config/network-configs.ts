/** Settings of where a broker listens and of its connections. */
import { FRAME_BYTES_MAX_DEFAULT, GROUP_SERIES_DEFAULT, REQUEST_MEMORY_BYTES_DEFAULT } from '../../limits.ts';
import { bool, type BrokerConfigDefinition, int, list, long, text } from './config-kind.ts';

export const networkConfigs = {
  listeners: list({
    default: 'PLAINTEXT://127.0.0.1:9092',
    documentation:
      'Where the broker listens: name://host:port, with commas between. No host is every address; port 0 is any that is free. Kafka’s default is every address.',
  }),
  'advertised.listeners': list({
    default: '',
    documentation:
      'Where clients are told to find each listener, if not where it listens: name://host:port, with commas between.',
  }),
  'listener.security.protocol.map': list({
    default: 'PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    documentation:
      'The security protocol of each listener, by the listener’s name: name:protocol, with commas between.',
  }),
  'controller.listener.names': list({
    default: '',
    documentation: 'Listeners of these names are for Kafka’s controllers; they are left out, as there are none here.',
  }),
  'millrace.allow.insecure.listeners': bool({
    default: false,
    documentation: 'Allows a listener that does not ask clients who they are on an address that other machines reach.',
  }),
  'millrace.http.listener': text({
    default: '',
    documentation:
      'Where metrics (/metrics), health (/health) and a web page (/) are served: host:port. Default: nowhere. An address that other machines reach needs millrace.allow.insecure.listeners.',
  }),
  'millrace.metrics.group.series.max': int({
    default: GROUP_SERIES_DEFAULT,
    min: 0,
    documentation:
      'Time series about single groups in /metrics, at most. Groups with members come first, then the others by name; those that have no room are counted in millrace_consumergroups_omitted.',
  }),
  'max.connections': int({
    default: 10_000,
    min: 0,
    documentation: 'Connections of all clients together; one more is closed at once. Kafka has no bound by default.',
  }),
  'max.connections.per.ip': int({
    default: 0x7fff_ffff,
    min: 0,
    documentation: 'Connections from one address; one more is closed at once.',
  }),
  'max.connections.per.ip.overrides': list({
    default: '',
    documentation: 'Other bounds for some addresses: address:count, with commas between.',
  }),
  'connections.max.idle.ms': long({
    default: 600_000,
    min: -1,
    documentation: 'A connection that has sent no whole request for so long is closed; 0 and -1: none is.',
  }),
  'socket.listen.backlog.size': int({
    default: 50,
    min: 1,
    documentation: 'Connections that wait in the system until the broker takes them.',
  }),
  'socket.request.max.bytes': int({
    default: FRAME_BYTES_MAX_DEFAULT,
    min: 1,
    documentation: 'The largest request; a larger one closes its connection.',
  }),
  'queued.max.request.bytes': long({
    default: REQUEST_MEMORY_BYTES_DEFAULT,
    min: -1,
    documentation:
      'What the requests of all connections may take together: above it, sockets are not read until others are done. 0 and -1: no bound, as by default in Kafka.',
  }),
  'fetch.max.bytes': int({
    default: 55 * 1024 * 1024,
    min: 1024,
    documentation: 'What the answer to one fetch holds at most, apart from a first batch that is larger.',
  }),
  'max.incremental.fetch.session.cache.slots': int({
    default: 1_000,
    min: 0,
    documentation: 'Fetch sessions of all clients together: one more names all its partitions in each request.',
  }),
  'max.request.partition.size.limit': int({
    default: 2_000,
    min: 1,
    documentation: 'Partitions in one answer to DescribeTopicPartitions.',
  }),
} as const satisfies Record<string, BrokerConfigDefinition>;
