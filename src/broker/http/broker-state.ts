/**
 * What the web page shows of a broker, as JSON: bounded whatever the number of topics, partitions and connections. The page imports the types of it and
 * nothing else.
 */
import { SHOWN_CONNECTIONS_MAX, SHOWN_PARTITIONS_MAX } from '../../limits.ts';
import type { TopicDescription } from '../../store/topic.ts';
import type { Connection } from '../connection.ts';
import { type BrokerHealth, healthOf } from './broker-health.ts';
import type { BrokerWatch } from './broker-watch.ts';
import type { GroupDetail, GroupState } from './group-state.ts';
import type { ServedBroker } from './served-broker.ts';

export interface TopicState {
  readonly name: string;
  readonly partitions: number;
  /** Of those whose size is known. */
  readonly bytes: number;
  readonly recordsIn: readonly number[];
  readonly bytesIn: readonly number[];
  readonly bytesOut: readonly number[];
}

export interface PartitionState {
  readonly partition: number;
  readonly bytes: number | null;
  /** Null of all these: nobody has asked for the partition yet. */
  readonly segments: number | null;
  readonly startOffset: number | null;
  readonly endOffset: number | null;
  readonly durableOffset: number | null;
}

export interface ApiState {
  readonly name: string;
  readonly requests: number;
  readonly rate: number;
  readonly errors: number;
  /** Of the newest; null while there are none. */
  readonly medianMs: number | null;
  readonly p99Ms: number | null;
}

export interface ConnectionState {
  readonly id: number;
  readonly listener: string;
  readonly from: string;
  readonly clientId: string | null;
  readonly software: string | null;
  readonly principal: string;
  readonly openMs: number;
  readonly pending: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface BrokerState extends BrokerHealth {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly directory: string;
  readonly listeners: readonly string[];
  readonly uptimeMs: number;
  readonly topicCount: number;
  readonly partitionCount: number;
  /** Of the topics shown. */
  readonly bytes: number;
  readonly rates: {
    readonly recordsIn: readonly number[];
    readonly bytesIn: readonly number[];
    readonly bytesOut: readonly number[];
    readonly requests: readonly number[];
  };
  readonly connectionCounts: readonly number[];
  readonly waitingFetches: number;
  readonly topics: readonly TopicState[];
  readonly groups: readonly GroupState[];
  readonly groupCount: number;
  readonly apis: readonly ApiState[];
  readonly connections: readonly ConnectionState[];
  /** The partitions of the topic that was asked for; null when there is none of the name. */
  readonly selected: { readonly topic: string; readonly partitions: readonly PartitionState[] } | null;
  /** The group that was asked for; null when there is none of the name. */
  readonly selectedGroup: GroupDetail | null;
}

/** `selected`: the topic whose partitions are wanted. */
export function stateOf(
  broker: ServedBroker,
  watch: BrokerWatch,
  selected: string | null,
  selectedGroup: GroupDetail | null = null,
): BrokerState {
  const { store, clock, nodeId, startedAt, listeners, statistics } = broker;
  const all = store.isClosed ? [] : store.topics();
  watch.sizes.begin();
  const topics = store.isClosed ? [] : watch.shownTopics().map((topic) => topicState(topic, watch));
  const open = listeners.flatMap(({ connections }) => [...connections]);
  const now = clock.now();
  return {
    ...healthOf(broker),
    nodeId,
    clusterId: store.clusterId ?? '',
    directory: store.directory,
    listeners: listeners.map(({ name, host, port }) => `${name}://${host}:${port}`),
    uptimeMs: now - startedAt,
    topicCount: all.length,
    partitionCount: all.reduce((sum, { partitions }) => sum + partitions, 0),
    bytes: topics.reduce((sum, { bytes }) => sum + bytes, 0),
    rates: {
      recordsIn: watch.rates('recordsIn'),
      bytesIn: watch.rates('bytesIn'),
      bytesOut: watch.rates('bytesOut'),
      requests: watch.rates('requests'),
    },
    connectionCounts: watch.connections,
    waitingFetches: statistics.waitingFetches,
    topics,
    groups: watch.groups.shown,
    groupCount: watch.groups.count,
    apis: apiStates(broker, watch),
    connections: open.slice(0, SHOWN_CONNECTIONS_MAX).map((connection) => connectionState(connection, now)),
    selected: selected === null || store.isClosed ? null : selectedState(broker, watch, selected),
    selectedGroup,
  };
}

function topicState(topic: TopicDescription, watch: BrokerWatch): TopicState {
  let bytes = 0;
  for (let partition = 0; partition < topic.partitions; partition++) bytes += watch.sizes.of(topic, partition) ?? 0;
  return {
    name: topic.name,
    partitions: topic.partitions,
    bytes,
    recordsIn: watch.topicRates(topic, 'recordsIn'),
    bytesIn: watch.topicRates(topic, 'bytesIn'),
    bytesOut: watch.topicRates(topic, 'bytesOut'),
  };
}

function selectedState({ store }: ServedBroker, watch: BrokerWatch, name: string): BrokerState['selected'] {
  const topic = store.findTopic(name);
  if (topic === null) return null;
  const count = Math.min(topic.partitions, SHOWN_PARTITIONS_MAX);
  const partitions = Array.from({ length: count }, (_, partition): PartitionState => {
    const log = store.openPartition(name, partition);
    const bytes = watch.sizes.of(topic, partition);
    if (log === null)
      return { partition, bytes, segments: null, startOffset: null, endOffset: null, durableOffset: null };
    const { segmentCount: segments, startOffset, endOffset, durableOffset } = log;
    return { partition, bytes, segments, startOffset, endOffset, durableOffset };
  });
  return { topic: name, partitions };
}

function apiStates({ statistics }: ServedBroker, watch: BrokerWatch): ApiState[] {
  return statistics.apis.map(({ name, requests, errorCount: errors, recentMs }) => {
    const times = recentMs.sorted();
    const at = (share: number): number | null =>
      times.length === 0 ? null : times[Math.max(0, Math.ceil(share * times.length) - 1)];
    return { name, requests, rate: watch.apiRate(name), errors, medianMs: at(0.5), p99Ms: at(0.99) };
  });
}

function connectionState(connection: Connection, now: number): ConnectionState {
  const { id, listener, remoteAddress: from, clientId, clientSoftware, principal, connectedAt } = connection;
  return {
    id,
    listener: listener.name,
    from,
    clientId,
    software: clientSoftware === null ? null : `${clientSoftware.name} ${clientSoftware.version}`,
    principal,
    openMs: Math.max(0, now - connectedAt),
    pending: connection.pendingRequests,
    bytesIn: connection.bytesIn,
    bytesOut: connection.bytesOut,
  };
}
