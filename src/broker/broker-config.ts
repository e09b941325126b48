/**
 * The settings of a broker, under Kafka's own names where Kafka has them, with Kafka's defaults unless said otherwise.
 */
export interface BrokerConfig {
  readonly 'auto.create.topics.enable': boolean;
  readonly 'num.partitions': number;
  readonly 'fetch.max.bytes': number;
  readonly 'max.incremental.fetch.session.cache.slots': number;
  readonly 'socket.request.max.bytes': number;
  readonly 'connections.max.idle.ms': number;
  readonly 'max.connections': number;
}

export const DEFAULT_BROKER_CONFIG: BrokerConfig = {
  'auto.create.topics.enable': true,
  'num.partitions': 1,
  'fetch.max.bytes': 55 * 1024 * 1024,
  'max.incremental.fetch.session.cache.slots': 1000,
  'socket.request.max.bytes': 100 * 1024 * 1024,
  'connections.max.idle.ms': 600_000,
  'max.connections': 10_000,
};
