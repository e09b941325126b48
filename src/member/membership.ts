/**
 * The membership of a consumer in its group: joins, syncs, sends heartbeats and joins again when the group rebalances, for as long as its consumer wants.
 *
 * Promises: partitions are given back before a join where the protocol asks for it, and those of a member that the group has given up are given up at once;
 * heartbeats go on while a handler works and while partitions are being given back; what passes is tried again. Steps are told to its host one after another.
 */
import type { RebalanceProtocol } from '../group/assignor/assignor.ts';
import type { JoinAnswer } from '../group/group-requests.ts';
import { RETRY_BACKOFF_MS } from '../limits.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';
import { rebalanceProtocol } from './assignor-choice.ts';
import { CoordinatorTalk } from './coordinator-talk.ts';
import { groupError, type Reaction } from './group-error.ts';
import { Heartbeats } from './heartbeats.ts';
import { JoinTerms } from './join-terms.ts';
import type { MembershipEnvironment, MembershipHost, MembershipOptions } from './membership-parts.ts';
import { MembershipState } from './membership-state.ts';
import { isSameList } from './topic-subscription.ts';

export class Membership {
  readonly state: MembershipState;
  readonly #environment: MembershipEnvironment;
  readonly #host: MembershipHost;
  readonly #terms: JoinTerms;
  readonly #protocol: RebalanceProtocol;
  readonly #talk: CoordinatorTalk;
  #life: Promise<void> | null = null;
  /** It is to end. */
  #isEnding = false;
  /** It is to begin again when it has ended. */
  #mustStart = false;
  #isClosed = false;
  /** Something that it has lost may still be in hand. */
  #isBurdened = false;
  /** Why it cannot go on. */
  #failure: { readonly error: unknown } | null = null;
  /** What it subscribed to when it joined. */
  #subscribed: readonly string[] = [];
  /** Ends whatever the membership waits for, once. */
  #wake: () => void = () => undefined;
  readonly #heartbeats: Heartbeats;

  constructor(options: MembershipOptions, environment: MembershipEnvironment, host: MembershipHost) {
    this.state = new MembershipState(options.groupId, options.groupInstanceId);
    this.#environment = environment;
    this.#host = host;
    this.#terms = new JoinTerms(options, environment);
    this.#protocol = rebalanceProtocol(options.assignors)!;
    const [state, terms, protocol] = [this.state, this.#terms, this.#protocol];
    this.#talk = new CoordinatorTalk({ options, environment, host, terms, protocol, state });
    this.#heartbeats = new Heartbeats({
      ...environment,
      state: this.state,
      intervalMs: options.heartbeatIntervalMs,
      onTime: () => {
        this.look();
        host.beaten();
      },
      onReaction: (reaction, error) => this.#told(reaction, error),
      onFailure: (error) => {
        this.#failure = { error };
        this.#wake();
      },
    });
  }

  get isAlive(): boolean {
    return this.#life !== null;
  }

  /** Idempotent. */
  start(): void {
    if (this.#isClosed) return;
    if (this.#life !== null) {
      this.#mustStart = this.#isEnding;
      return;
    }
    this.#isEnding = false;
    this.#failure = null;
    this.#life = this.#live().finally(() => {
      this.#life = null;
      if (!this.#mustStart) return;
      this.#mustStart = false;
      this.start();
    });
  }

  rejoin(reason: string): void {
    this.state.rejoin(reason);
    if (this.state.phase === 'stable') this.#wake();
  }

  /** Something does not look as if it were still a member: finds out. */
  doubt(): void {
    this.#heartbeats.now();
  }

  /** Ends, having given everything back, and tells the coordinator; a static member only ends, since it will be back. */
  async end(reason: string): Promise<void> {
    this.#isClosed = true;
    this.#isEnding = true;
    this.#wake();
    await this.#life;
    await this.#host.giveBack(this.state.isLost ? 'lost' : 'all');
    await this.#leave(reason);
  }

  /** What is in hand takes too long: others are to go on without it. */
  async expel(reason: string): Promise<void> {
    if (this.#life === null || this.#isEnding) return;
    this.#isEnding = true;
    const leaving = this.#leave(reason);
    this.#host.lost();
    this.#wake();
    await leaving;
    await this.#life;
  }

  async #live(): Promise<void> {
    try {
      while (!this.#isEnding) {
        await this.#giveBack();
        if (this.#failure !== null) throw this.#failure.error;
        if (this.#isEnding) break;
        // It was given up meanwhile.
        if (this.state.isLost) continue;
        if (this.#isBurdened && (await this.#unlessEnding(this.#host.free())) === null) break;
        this.#isBurdened = false;
        if (!(await this.#joins())) continue;
        await this.#stay();
      }
      if (this.state.isLost) await this.#giveBack();
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #giveBack(): Promise<void> {
    const { state } = this;
    if (state.isLost) {
      this.#isBurdened = true;
      await this.#host.giveBack('lost');
      state.mourned();
    } else await this.#host.giveBack(this.#protocol === 'eager' ? 'all' : 'unsubscribed');
  }

  /** False when it has to begin again from giving back. */
  async #joins(): Promise<boolean> {
    const { counters, clock } = this.#environment;
    const began = clock.now();
    const { state } = this;
    state.joins();
    this.#subscribed = this.#host.subscribed();
    const answer = await this.#unlessEnding(
      this.#talk.join(this.#subscribed),
      (late) => void this.#talk.joinedLate(late),
    );
    if (answer === null) return false;
    counters.joins++;
    const reaction = state.joined(answer);
    if (reaction !== null) return this.#react(reaction, answer.error!);
    this.#heartbeats.start();
    const synced = await this.#unlessEnding(this.#talk.sync(answer));
    if (synced === null) return false;
    counters.syncs++;
    const refusal = state.synced(synced.error);
    if (refusal !== null) return this.#react(refusal, synced.error!);
    this.#heartbeats.listen();
    counters.rebalanced(clock.now(), clock.now() - began);
    return this.#take(synced.assignment, answer);
  }

  async #take(bytes: Uint8Array, { protocolName }: JoinAnswer): Promise<boolean> {
    const partitions = this.#terms.assigned(bytes, protocolName, this.state.generationId);
    const subscribed = new Set(this.#host.subscribed());
    // It has subscribed to something else meanwhile.
    if (partitions.some(({ topic }) => !subscribed.has(topic))) {
      this.state.rejoin('what is assigned is not what is subscribed to');
      return false;
    }
    if (await this.#host.take(partitions)) this.state.rejoin('partitions were given back for others');
    return true;
  }

  /** Until it must join again. */
  async #stay(): Promise<void> {
    if (!this.state.mustRejoin && !this.#isEnding) this.#host.settled();
    while (!this.state.mustRejoin && !this.#isEnding && this.#failure === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Always false: it begins again. */
  async #react(reaction: Reaction, error: KafkaErrorName): Promise<false> {
    if (reaction === 'end') throw groupError(error, this.state.groupId);
    if (error !== 'MEMBER_ID_REQUIRED') this.#environment.counters.failedRebalances++;
    if (reaction === 'again') await this.#pause(RETRY_BACKOFF_MS);
    return false;
  }

  /** Null when it is to end before there is an answer; one that comes then is handed to `late`. */
  async #unlessEnding<T>(answer: Promise<T>, late: (answer: T) => void = () => undefined): Promise<T | null> {
    const ending = new Promise<null>((resolve) => {
      this.#wake = () => {
        if (this.#isEnding) resolve(null);
      };
    });
    if (this.#isEnding) this.#wake();
    const first = await Promise.race([answer, ending]);
    // A failure is not of interest any more.
    if (first === null) answer.then(late, () => undefined);
    return first;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#environment.clock.schedule(ms, resolve, true);
      this.#wake = () => {
        if (!this.#isEnding) return;
        cancel();
        resolve();
      };
    });
  }

  #told(reaction: Reaction, error: KafkaErrorName): void {
    const { state } = this;
    this.#environment.logger.debug?.({ ...state.identity, error }, 'a member of a group has to join again');
    if (reaction === 'end') this.#failure = { error: groupError(error, state.groupId) };
    if (state.isLost) this.#host.lost();
    this.#wake();
  }

  /** For topics and partitions that are new or gone. */
  look(): void {
    if (this.state.phase !== 'stable') return;
    const { topics } = this.#environment;
    try {
      topics.refresh?.();
      if (!isSameList(this.#subscribed, this.#host.subscribed())) this.rejoin('topics have come or gone');
      else if (this.#terms.isOutdated) this.rejoin('topics have more partitions, or are gone');
    } catch (error) {
      // The store is closed, or cannot be read: who reads is told.
      this.#environment.logger.debug?.({ err: error, groupId: this.state.groupId }, 'topics could not be looked for');
    }
  }

  async #fail(error: unknown): Promise<void> {
    this.#environment.counters.failedRebalances++;
    this.#isEnding = true;
    const leaving = this.#leave('it has failed');
    this.#host.lost();
    this.#host.failed(error);
    await leaving;
    await this.#giveBack();
  }

  async #leave(reason: string): Promise<void> {
    const { memberId } = this.state;
    this.#heartbeats.stop();
    this.state.left();
    await this.#talk.leave(memberId, reason);
  }
}
