/**
 * What a broker counts of its requests, by API: how many in which version, which errors their answers carried, how long they took, and their bytes.
 *
 * Plain fields that dispatch and connections add to, whether anybody looks or not: nothing is allocated for a request. Read by src/metrics and by the
 * broker's web page.
 */
import { RecentTimes } from '../file/recent-times.ts';
import type { Api } from '../protocol/api.ts';
import { kafkaErrorOf } from '../protocol/error-code.ts';
import { TopicFailures } from './topic-failures.ts';

export class ApiStatistics {
  readonly key: number;
  readonly name: string;
  /** Requests that have begun, by their version. */
  readonly versions: number[];
  /** Errors in answers, of a request as a whole and of each of its parts, by Kafka's name. */
  readonly errors = new Map<string, number>();
  /** Requests that were answered, those included that are to have no answer. */
  answered = 0;
  /** From the last byte of the request to the answer's way to the socket, all together. */
  totalMs = 0;
  /** Of the newest 1,024. */
  readonly recentMs = new RecentTimes();
  requestBytes = 0;
  responseBytes = 0;

  constructor({ key, name, maxVersion }: Pick<Api, 'key' | 'name' | 'maxVersion'>) {
    this.key = key;
    this.name = name;
    this.versions = Array.from({ length: maxVersion + 1 }, () => 0);
  }

  get requests(): number {
    return this.versions.reduce((sum, count) => sum + count, 0);
  }

  get errorCount(): number {
    let sum = 0;
    for (const count of this.errors.values()) sum += count;
    return sum;
  }

  begun(version: number, size: number): void {
    this.versions[version]++;
    this.requestBytes += size;
  }

  ended(elapsedMs: number, size: number): void {
    this.answered++;
    this.totalMs += elapsedMs;
    this.recentMs.add(elapsedMs);
    this.responseBytes += size;
  }

  failed(errorCode: number): void {
    const { name } = kafkaErrorOf(errorCode);
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
  }
}

export class RequestStatistics {
  /** Fetches that wait for records. */
  waitingFetches = 0;
  /** Partitions that they wait for, all together. */
  waitingPartitions = 0;
  readonly failures = new TopicFailures();
  /** By key; those that nobody has asked for are holes. */
  readonly #apis: ApiStatistics[] = [];

  of(api: Pick<Api, 'key' | 'name' | 'maxVersion'>): ApiStatistics {
    return (this.#apis[api.key] ??= new ApiStatistics(api));
  }

  /** Of the APIs that were asked for, in the order of their keys. */
  get apis(): ApiStatistics[] {
    return this.#apis.filter((each) => each !== undefined);
  }
}
