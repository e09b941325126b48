/**
 * Byte-rate quotas of clients, as Kafka's ClientQuotaManager keeps them: one object for what is produced, one for what is fetched.
 *
 * A quota is for a user, for a client id, or for both, by name or for all that have none of their own (null). Of those that fit a client the first in this order holds:
 *
 *     user and client id, user and any client id, user,
 *     any user and client id, any user and any client id, any user,
 *     client id, any client id
 *
 * Who shares a quota: all connections of the client with that user, or id, or both, as the quota says; so under a quota for any user each user has one to itself. Pure state: whoever has the connection
 * answers with the throttle time, and reads no more of it for so long.
 */
import { invalidArgument, MillraceError } from '../errors.ts';
import type { Clock } from '../clock.ts';
import { QUOTA_CLIENTS_MAX, QUOTAS_MAX } from '../limits.ts';
import { ByteRate, RATE_WINDOW_DEFAULT, type RateWindow } from './byte-rate.ts';

/** What a quota is for, as the wire's AlterClientQuotas says it: a part that is missing does not matter, null is the default for it. */
export interface QuotaEntity {
  /** The name of a principal, without its type. */
  readonly user?: string | null;
  readonly clientId?: string | null;
}

export interface QuotaClient {
  /** The name of the principal, without its type: `ANONYMOUS` where nobody logs in. */
  readonly user: string;
  readonly clientId: string;
}

export interface ClientQuotasOptions {
  readonly clock: Clock;
  readonly window?: RateWindow;
  /** Rates that are remembered; beyond it the one that was not used for longest is forgotten. */
  readonly clientsMax?: number;
}

interface Share {
  readonly bytesPerSecond: number;
  /** Of those who share the quota. */
  readonly key: string;
}

export class ClientQuotas {
  readonly #clock: Clock;
  readonly #window: RateWindow;
  readonly #clientsMax: number;
  readonly #quotas = new Map<string, { readonly entity: QuotaEntity; readonly bytesPerSecond: number }>();
  /** The one that was not used for longest first. */
  readonly #rates = new Map<string, ByteRate>();

  constructor({ clock, window = RATE_WINDOW_DEFAULT, clientsMax = QUOTA_CLIENTS_MAX }: ClientQuotasOptions) {
    this.#clock = clock;
    this.#window = window;
    this.#clientsMax = clientsMax;
  }

  /** Clients whose rate is remembered. */
  get clientCount(): number {
    return this.#rates.size;
  }

  /** Sets a quota, or takes it away with null. What was moved before counts for it. */
  set(entity: QuotaEntity, bytesPerSecond: number | null): void {
    checkEntity(entity);
    const key = entityKey(entity.user, entity.clientId);
    if (bytesPerSecond === null) {
      this.#quotas.delete(key);
      return;
    }
    if (!(bytesPerSecond > 0)) throw invalidArgument('bytesPerSecond', 'greater than 0', bytesPerSecond);
    if (this.#quotas.size >= QUOTAS_MAX && !this.#quotas.has(key))
      throw new MillraceError('ERR_MILLRACE_TOO_LARGE', `there are ${QUOTAS_MAX} quotas, which is the most`);
    this.#quotas.set(key, { entity: { ...entity }, bytesPerSecond });
  }

  list(): { readonly entity: QuotaEntity; readonly bytesPerSecond: number }[] {
    return [...this.#quotas.values()];
  }

  /** Bytes that the client has moved, or is about to; the time in milliseconds for which it must then be left waiting, 0 for none. */
  record(client: QuotaClient, bytes: number): number {
    const share = this.#shareOf(client);
    if (share === null) return 0;
    const now = this.#clock.now();
    const rate = this.#rateOf(share.key);
    rate.record(bytes, now);
    return rate.throttleMs(share.bytesPerSecond, now);
  }

  /** Takes back what was recorded and then not sent: a fetch that is throttled is answered without records. */
  unrecord(client: QuotaClient, bytes: number): void {
    const share = this.#shareOf(client);
    if (share !== null) this.#rateOf(share.key).record(-bytes, this.#clock.now());
  }

  /** More than this at once is throttled in any case, whatever was moved before: a bound for what a fetch collects. */
  bytesMax(client: QuotaClient): number {
    const share = this.#shareOf(client);
    if (share === null) return Infinity;
    return (share.bytesPerSecond * (this.#window.samples - 1) * this.#window.sampleMs) / 1000;
  }

  #shareOf({ user, clientId }: QuotaClient): Share | null {
    if (this.#quotas.size === 0) return null;
    // Kafka: an id that is empty has no quota of an id's, not even the default.
    const ids = clientId === '' ? [undefined] : [clientId, null, undefined];
    for (const whose of [user, null]) {
      for (const id of ids) {
        const quota = this.#quotas.get(entityKey(whose, id));
        if (quota !== undefined)
          return { bytesPerSecond: quota.bytesPerSecond, key: entityKey(user, id === undefined ? id : clientId) };
      }
    }
    if (clientId === '') return null;
    const quota = this.#quotas.get(entityKey(undefined, clientId)) ?? this.#quotas.get(entityKey(undefined, null));
    if (quota === undefined) return null;
    return { bytesPerSecond: quota.bytesPerSecond, key: entityKey(undefined, clientId) };
  }

  #rateOf(key: string): ByteRate {
    let rate = this.#rates.get(key);
    if (rate !== undefined) {
      // To the end: it was used now.
      this.#rates.delete(key);
    } else {
      rate = new ByteRate(this.#window);
      if (this.#rates.size >= this.#clientsMax) this.#rates.delete(this.#rates.keys().next().value!);
    }
    this.#rates.set(key, rate);
    return rate;
  }
}

function checkEntity({ user, clientId }: QuotaEntity): void {
  if (user === undefined && clientId === undefined)
    throw invalidArgument('entity', 'for a user, a client id, or both', undefined);
  if (user === '' || clientId === '') throw invalidArgument('entity', 'for names that are not empty', '');
}

/** Different for different parts; a name cannot look like one that is missing, or like the default. */
function entityKey(user: string | null | undefined, clientId: string | null | undefined): string {
  return `${partKey(user)}${partKey(clientId)}`;
}

function partKey(name: string | null | undefined): string {
  if (name === undefined) return '-';
  return name === null ? '*' : `${name.length}:${name}`;
}
