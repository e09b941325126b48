/** A group without a coordinator: its time stands still, its log is a list that can refuse, and answers are looked at when they have come. */
import { ClassicGroup } from '#millrace/group/classic/classic-group.js';
import type { GroupEnvironment, GroupSettings } from '#millrace/group/classic/group-environment.js';
import { newGroupCounters } from '#millrace/group/group-counters.js';
import type { GroupMetadata } from '#millrace/group/group-metadata-format.js';
import type {
  GroupError,
  JoinAnswer,
  JoinRequest,
  MemberIdentity,
  SyncAnswer,
  SyncRequest,
} from '#millrace/group/group-requests.js';
import { FakeClock } from '../../support/fake-clock.ts';

export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;

/** Null until it has come. */
export interface Asked<Answer> {
  answer: Answer | null;
}

export function protocols(...names: string[]): JoinRequest['protocols'] {
  return names.map((name) => ({ name, metadata: Buffer.from(`for ${name}`) }));
}

export class GroupRig {
  readonly clock = new FakeClock();
  readonly written: GroupMetadata[] = [];
  readonly forgotten: string[] = [];
  readonly environment: GroupEnvironment;
  /** What the log says to a write; null takes it. */
  refusal: GroupError = null;
  group: ClassicGroup;
  #ids = 0;

  constructor(settings: Partial<GroupSettings> = {}) {
    this.environment = {
      clock: this.clock,
      logger: {},
      settings: {
        groupInitialRebalanceDelayMs: 0,
        groupMinSessionTimeoutMs: 1,
        groupMaxSessionTimeoutMs: 1_000_000,
        groupMaxSize: 100,
        ...settings,
      },
      counters: newGroupCounters(),
      newMemberId: (prefix) => `${prefix}-${++this.#ids}`,
      write: (_, metadata) => {
        if (this.refusal === null) this.written.push(metadata);
        return this.refusal;
      },
      unused: (groupId) => void this.forgotten.push(groupId),
    };
    this.group = new ClassicGroup('g', this.environment);
  }

  /** The coordinator comes back, and has the last that was written. */
  restore(settings: Partial<GroupSettings> = {}): ClassicGroup {
    this.group.end('NOT_COORDINATOR');
    const environment = { ...this.environment, settings: { ...this.environment.settings, ...settings } };
    this.group = ClassicGroup.restore('g', this.written.at(-1)!, environment);
    return this.group;
  }

  /** One that knows no pending members, unless it says otherwise. */
  join(facts: Partial<JoinRequest> = {}): Asked<JoinAnswer> {
    const asked: Asked<JoinAnswer> = { answer: null };
    const request: JoinRequest = {
      groupId: 'g',
      memberId: '',
      groupInstanceId: null,
      clientId: 'c',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      protocolType: 'consumer',
      protocols: protocols('range'),
      requiresKnownMemberId: false,
      supportsSkippingAssignment: true,
      reason: null,
      ...facts,
    };
    this.group.join(request, (answer) => {
      if (asked.answer !== null) throw new Error('a join is answered twice');
      asked.answer = answer;
    });
    return asked;
  }

  sync(memberId: string, facts: Partial<SyncRequest> = {}): Asked<SyncAnswer> {
    const asked: Asked<SyncAnswer> = { answer: null };
    const { protocolType, protocolName } = this.group;
    const rest = { protocolType, protocolName, assignments: [], ...facts };
    this.group.sync({ ...this.identity(memberId), ...rest }, (answer) => {
      if (asked.answer !== null) throw new Error('a sync is answered twice');
      asked.answer = answer;
    });
    return asked;
  }

  heartbeat(memberId: string, facts: Partial<MemberIdentity> = {}): GroupError {
    return this.group.heartbeat({ ...this.identity(memberId), ...facts });
  }

  leave(memberId: string, groupInstanceId: string | null = null): GroupError {
    const { error, members } = this.group.leave([{ memberId, groupInstanceId, reason: null }]);
    return error ?? members[0].error;
  }

  identity(memberId: string): MemberIdentity {
    return { groupId: 'g', memberId, groupInstanceId: null, generationId: this.group.generationId };
  }

  /** What the leader says: each member gets its own id. */
  assign(leader: string, memberIds: readonly string[]): Asked<SyncAnswer> {
    const assignments = memberIds.map((memberId) => ({ memberId, assignment: Buffer.from(memberId) }));
    return this.sync(leader, { assignments });
  }

  /** A stable group of so many; returns their ids, the leader's first. */
  stable(count: number, facts: (index: number) => Partial<JoinRequest> = () => ({})): string[] {
    const joins = Array.from({ length: count }, (_, index) => this.join(facts(index)));
    this.clock.advance(this.environment.settings.groupInitialRebalanceDelayMs);
    const ids = joins.map(({ answer }) => answer!.memberId);
    for (const memberId of ids.slice(1)) this.sync(memberId);
    this.assign(ids[0], ids);
    if (this.group.state !== 'Stable') throw new Error(`a group that should be stable is ${this.group.state}`);
    return ids;
  }

  get state(): [state: string, generationId: number] {
    return [this.group.state, this.group.generationId];
  }
}

export function textOf(asked: Asked<SyncAnswer>): string {
  return Buffer.from(asked.answer!.assignment).toString();
}
