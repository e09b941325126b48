/** Groups of the consumer protocol without a store: time, topics and the log are the test's. */
import { decodeConsumerRecord, encodeConsumerRecord } from '#millrace/group/consumer/consumer-record-format.js';
import type { ConsumerRecord } from '#millrace/group/consumer/consumer-record.js';
import type { ConsumerGroupSettings, GroupOverrides } from '#millrace/group/consumer/consumer-environment.js';
import { ConsumerGroups } from '#millrace/group/consumer/consumer-groups.js';
import { checkHeartbeat } from '#millrace/group/consumer/heartbeat-check.js';
import { refusedHeartbeat } from '#millrace/group/consumer/consumer-requests.js';
import { TopicsHash } from '#millrace/group/consumer/topics-hash.js';
import type { GroupError, JoinRequest } from '#millrace/group/group-requests.js';
import type { DowngradedGroup } from '#millrace/group/migration/group-downgrade.js';
import { RecordedGroups } from '#millrace/group/recorded-groups.js';
import { FakeClock } from '../../support/fake-clock.ts';
import { ClassicMember } from './classic-member.ts';
import { ConsumerClient, type Facts } from './consumer-client.ts';
import { FakeTopics } from './fake-topics.ts';

export class ConsumerRig {
  readonly clock = new FakeClock();
  readonly topics: FakeTopics;
  readonly hash: TopicsHash;
  log: ConsumerRecord[] = [];
  readonly settings: ConsumerGroupSettings;
  readonly overrides = new Map<string, GroupOverrides>();
  /** What appending is answered. */
  failure: GroupError = null;
  /** What appending throws. */
  fault: Error | null = null;
  groups!: ConsumerGroups;
  /** Groups that have become classic ones, with how many records have taken them out of the log. */
  readonly downgrades: { readonly records: number; readonly group: DowngradedGroup }[] = [];
  #made = 0;

  private constructor(topics: FakeTopics, settings: Partial<ConsumerGroupSettings>) {
    this.topics = topics;
    this.hash = new TopicsHash(topics);
    this.settings = {
      groupConsumerSessionTimeoutMs: 45_000,
      groupConsumerHeartbeatIntervalMs: 5_000,
      groupConsumerMaxSize: 1_000,
      groupConsumerAssignors: ['uniform', 'range'],
      groupConsumerRegexRefreshIntervalMs: 600_000,
      groupConsumerMigrationPolicy: 'bidirectional',
      groupMaxSize: 1_000,
      ...settings,
    };
  }

  static async make(
    topics: Readonly<Record<string, number>> = { t: 6 },
    settings: Partial<ConsumerGroupSettings> = {},
  ): Promise<ConsumerRig> {
    const rig = new ConsumerRig(new FakeTopics(topics), settings);
    await rig.hash.prepare();
    rig.load();
    return rig;
  }

  /** Another coordinator begins with what the log says. */
  load(): void {
    this.groups?.close();
    const recorded = new RecordedGroups({ logger: {}, path: '/data' });
    for (const record of this.log) {
      const { key, value } = encodeConsumerRecord(record);
      recorded.take(key as Buffer, value as Buffer | null);
    }
    this.groups = new ConsumerGroups(recorded.consumer, {
      clock: this.clock,
      logger: {},
      settings: this.settings,
      overridesOf: (groupId) => this.overrides.get(groupId) ?? {},
      topics: this.topics,
      hash: this.hash,
      append: (_, encode) => {
        if (this.fault !== null) throw this.fault;
        if (this.failure !== null) return this.failure;
        for (const { key, value } of encode()) {
          const record = decodeConsumerRecord(key as Buffer, value as Buffer | null);
          if (record !== null) this.log.push(record);
        }
        return null;
      },
      downgrade: (groupId, encode, group) => {
        if (this.fault !== null) throw this.fault;
        if (this.failure !== null) return this.failure;
        this.downgrades.push({ records: encode().length, group });
        this.groups.drop(groupId, 'REBALANCE_IN_PROGRESS');
        return null;
      },
      newMemberId: (prefix) => `${prefix || 'uuid'}-${++this.#made}`,
    });
  }

  /** Of each key the newest of the first `count` records stays, and no tombstone that has had its time. */
  compact(count: number, keepsTombstones: boolean): void {
    const keyOf = (record: ConsumerRecord): string => (encodeConsumerRecord(record).key as Buffer).toString('latin1');
    const newest = new Map(this.log.slice(0, count).map((record, index) => [keyOf(record), index]));
    this.log = this.log.filter((record, index) => {
      if (index >= count) return true;
      return newest.get(keyOf(record)) === index && (keepsTombstones || record.value !== null);
    });
  }

  member(facts: Facts = {}, memberId = `m${++this.#made}`): ConsumerClient {
    const ask: ConstructorParameters<typeof ConsumerClient>[0] = (request) => {
      const refusal = checkHeartbeat(request, this.settings.groupConsumerAssignors);
      return refusal === null ? this.groups.heartbeat(request) : refusedHeartbeat(refusal.error, refusal.message);
    };
    return new ConsumerClient(ask, memberId, facts);
  }

  /** One with the classic protocol. */
  classic(facts: Partial<JoinRequest> = {}): ClassicMember {
    return new ClassicMember(() => this.groups.get('g')!, facts);
  }

  state(groupId = 'g'): string {
    return this.groups.get(groupId)?.state.state ?? 'none';
  }

  /** Heartbeats of all, each letting go of what it must, until nothing changes. */
  settle(...members: readonly ConsumerClient[]): void {
    for (let round = 0; round < 10; round++) {
      for (const member of members) {
        member.heartbeat();
        member.revoke();
      }
    }
  }

  /** The records since a place in the log, by kinds and members. */
  kinds(from = 0): string[] {
    return this.log
      .slice(from)
      .map(
        (record) =>
          `${record.kind}${'memberId' in record ? ` ${record.memberId}` : ''}${record.value === null ? ' gone' : ''}`,
      );
  }
}
