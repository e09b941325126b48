/**
 * The quotas of a data directory: set and shown as the wire's AlterClientQuotas and DescribeClientQuotas ask for, and told to the two that measure. Changes are
 * on stable storage before they hold, and who may change them is as with `credentials.ts`.
 */
import type { Clock } from '../clock.ts';
import { MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { QUOTAS_MAX } from '../limits.ts';
import { ClientQuotas, type QuotaEntity } from './client-quotas.ts';
import { type QuotaEntry, type QuotaKey, quotaKeyOf, quotaKeys, readQuotaFile, writeQuotaFile } from './quota-file.ts';

/** New rates; null takes one away. */
export type QuotaChange = Readonly<Partial<Record<QuotaKey, number | null>>>;

export class QuotaBook {
  readonly #system: FileSystem;
  readonly #directory: string;
  readonly #meters: Readonly<Record<QuotaKey, ClientQuotas>>;
  #entries: ReadonlyMap<string, QuotaEntry>;

  private constructor(system: FileSystem, directory: string, clock: Clock) {
    this.#system = system;
    this.#directory = directory;
    this.#meters = { producer_byte_rate: new ClientQuotas({ clock }), consumer_byte_rate: new ClientQuotas({ clock }) };
    const entries = readQuotaFile(system, directory);
    this.#entries = new Map(entries.map((entry) => [quotaKeyOf(entry.entity), entry]));
    for (const { entity, values } of entries) this.#tell(entity, values);
  }

  /** None where there is no file. ERR_MILLRACE_CORRUPT, with path and line, where it cannot be read. */
  static load(system: FileSystem, directory: string, clock: Clock): QuotaBook {
    return new QuotaBook(system, directory, clock);
  }

  /** For who measures what is produced. */
  get produce(): ClientQuotas {
    return this.#meters.producer_byte_rate;
  }

  get fetch(): ClientQuotas {
    return this.#meters.consumer_byte_rate;
  }

  list(): QuotaEntry[] {
    return [...this.#entries.values()];
  }

  /** Sets and takes away, of one entity, all or nothing. */
  change(entity: QuotaEntity, change: QuotaChange): void {
    const key = quotaKeyOf(entity);
    const values: Partial<Record<QuotaKey, number>> = { ...this.#entries.get(key)?.values };
    for (const [name, value] of Object.entries(change) as [QuotaKey, number | null][]) {
      if (value === null) delete values[name];
      else values[name] = value;
    }
    const next = new Map(this.#entries);
    if (Object.keys(values).length === 0) next.delete(key);
    else next.set(key, { entity: { ...entity }, values });
    if (next.size > QUOTAS_MAX)
      throw new MillraceError('ERR_MILLRACE_TOO_LARGE', `there are ${QUOTAS_MAX} quotas, which is the most`);
    writeQuotaFile(this.#system, this.#directory, [...next.values()]);
    this.#entries = next;
    this.#tell(entity, values);
  }

  #tell(entity: QuotaEntity, values: QuotaEntry['values']): void {
    for (const key of quotaKeys) this.#meters[key].set(entity, values[key] ?? null);
  }
}
