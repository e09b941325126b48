/**
 * Settings of Kafka's brokers that are taken and change nothing, so that a server.properties that was written for Kafka can be used as it is: with each
 * why it has no effect.
 */
import { type BrokerConfigDefinition, text } from './config-kind.ts';

const notes = {
  'background.threads': 'One thread does all of it.',
  'controller.quorum.bootstrap.servers': 'There is no quorum of controllers.',
  'controller.quorum.voters': 'There is no quorum of controllers.',
  'group.coordinator.rebalance.protocols': 'Groups of the classic and of the consumer protocol are served.',
  'inter.broker.listener.name': 'There are no other brokers.',
  'log.cleaner.enable': 'Topics that are to be compacted always are.',
  'log.cleaner.threads': 'One log is compacted at a time.',
  'log.flush.start.offset.checkpoint.interval.ms': 'The starts of logs are written with their recovery points.',
  'num.io.threads': 'One thread does all of it.',
  'num.network.threads': 'One thread does all of it.',
  'num.replica.fetchers': 'There are no other brokers.',
  'offsets.topic.replication.factor': 'There is one copy, whatever it says.',
  'process.roles': 'There are no roles: one process is all of it.',
  'queued.max.requests': 'Not obeyed: what each connection may have in flight is bounded already.',
  'sasl.mechanism.inter.broker.protocol': 'There are no other brokers.',
  'security.inter.broker.protocol': 'There are no other brokers.',
  'share.coordinator.state.topic.min.isr': 'There are no share groups.',
  'share.coordinator.state.topic.replication.factor': 'There are no share groups.',
  'socket.receive.buffer.bytes': 'The system sizes the buffers of sockets.',
  'socket.send.buffer.bytes': 'The system sizes the buffers of sockets.',
  'transaction.state.log.min.isr': 'There is one copy, whatever it says.',
  'transaction.state.log.replication.factor': 'There is one copy, whatever it says.',
} as const;

type KeptName = keyof typeof notes;

export const keptConfigs = Object.fromEntries(
  Object.entries(notes).map(([name, documentation]) => [name, text({ default: '', obeyed: false, documentation })]),
) as Record<KeptName, BrokerConfigDefinition<string>>;
