/**
 * What the declarations promise to programs in TypeScript: compiled by `npm run typecheck`, never run. A line under `@ts-expect-error` is one
 * that must not compile; when it does, the compiler objects to the comment.
 */
import { Registry } from 'prom-client';
import { expectTypeOf } from 'vitest';
import {
  type BatchRun,
  type Bytes,
  type ConfigValue,
  type ErrorCode,
  type FollowedLog,
  type HeaderInput,
  isMillraceError,
  type LogRecord,
  type MillraceError,
  openStore,
  type PartitionLog,
  type ReadOnlyStore,
  type Receipt,
  type RecordBatch,
  type RecordInput,
  type Store,
  type StoreOptions,
  type TopicConfigInput,
  type TopicConfigName,
  type TopicDescription,
} from 'millrace';
import { createMetrics } from 'millrace/metrics';

export async function openStoreTellsReadingFromWriting(isReading: boolean): Promise<void> {
  expectTypeOf(await openStore('data')).toEqualTypeOf<Store>();
  expectTypeOf(await openStore('data', {})).toEqualTypeOf<Store>();
  expectTypeOf(await openStore('data', { readOnly: false, recoveryThreads: 0 })).toEqualTypeOf<Store>();
  expectTypeOf(await openStore('data', { readOnly: true })).toEqualTypeOf<ReadOnlyStore>();
  expectTypeOf((await openStore('data')).partition('orders', 0)).toEqualTypeOf<PartitionLog>();
  expectTypeOf((await openStore('data', { readOnly: true })).partition('orders', 0)).toEqualTypeOf<FollowedLog>();
  // Which of the two it is must be known where the program is written.
  // @ts-expect-error
  await openStore('data', { readOnly: isReading });
  // @ts-expect-error a directory is needed
  await openStore();
  // @ts-expect-error misspelt
  await openStore('data', { readonly: true });
  // @ts-expect-error neither of the two ways
  await openStore('data', { fileAccess: 'mmap' });
  const reader = await openStore('data', { readOnly: true });
  // @ts-expect-error a log that is only read has no append
  reader.partition('orders', 0).append([{ value: 'x' }]);
  expectTypeOf(reader.createTopic()).toEqualTypeOf<Promise<never>>();
}

export function recordsAreBytesOrStrings(log: PartitionLog, bytes: Buffer, view: Uint8Array): void {
  expectTypeOf(
    log.append([{ key: 'c-17', value: bytes }, { value: view }, { value: null }, {}]),
  ).toEqualTypeOf<Receipt>();
  log.append([{ value: 'x', headers: { source: 'web', trace: bytes, none: null } }]);
  log.append([
    {
      value: 'x',
      headers: [
        ['source', 'web'],
        ['source', null],
      ] as const,
      timestamp: Date.now(),
    },
  ]);
  log.append(Object.freeze([{ value: 'x' }]), { compression: 'zstd', leaderEpoch: 3 });
  expectTypeOf<string | Uint8Array>().toEqualTypeOf<Bytes>();
  expectTypeOf<Buffer>().toExtend<Bytes>();
  expectTypeOf<{ source: string }>().toExtend<HeaderInput>();
  // @ts-expect-error one record is an array of one
  log.append({ value: 'x' });
  // @ts-expect-error a number is no bytes
  log.append([{ value: 17 }]);
  // @ts-expect-error an object is no bytes: JSON.stringify it
  log.append([{ value: { flour: 2 } }]);
  // @ts-expect-error a date is no timestamp: getTime() is
  log.append([{ value: 'x', timestamp: new Date() }]);
  // @ts-expect-error a header's value is bytes
  log.append([{ headers: { attempt: 2 } }]);
  // @ts-expect-error no codec of Kafka's
  log.append([{ value: 'x' }], { compression: 'brotli' });
  // @ts-expect-error the partition is the log's
  log.append([{ value: 'x', partition: 0 } satisfies RecordInput]);
}

export async function settingsHaveNamesAndValues(store: Store): Promise<void> {
  expectTypeOf(await store.createTopic('orders', { config: { 'segment.ms': 5 } })).toEqualTypeOf<TopicDescription>();
  await store.createTopic('orders', { partitions: 2, config: { 'segment.ms': '5', 'cleanup.policy': ['compact'] } });
  await store.alterTopic('orders', { 'segment.ms': null, preallocate: true });
  expectTypeOf<ConfigValue>().toEqualTypeOf<number | string | boolean>();
  expectTypeOf(store.topicConfig('orders')['segment.bytes']).toEqualTypeOf<ConfigValue>();
  expectTypeOf(store.topic('orders').config['segment.bytes']).toEqualTypeOf<ConfigValue | undefined>();
  expectTypeOf<'retention.ms'>().toExtend<TopicConfigName>();
  expectTypeOf<string>().not.toExtend<TopicConfigName>();
  expectTypeOf<{ 'segment.ms': number }>().toExtend<TopicConfigInput>();
  // @ts-expect-error misspelt
  await store.createTopic('orders', { config: { 'segment.byte': 1 } });
  // @ts-expect-error no kind of value that a setting has
  await store.alterTopic('orders', { 'segment.ms': { hours: 1 } });
  // @ts-expect-error what is read is not to be written
  store.topic('orders').config['segment.ms'] = 5;
}

export function errorsAreToldByCode(error: unknown): string {
  expectTypeOf<MillraceError['code']>().toEqualTypeOf<ErrorCode>();
  expectTypeOf<'ERR_MILLRACE_NO_SPACE' | 'ERR_MILLRACE_CLOSED'>().toExtend<ErrorCode>();
  expectTypeOf<string>().not.toExtend<ErrorCode>();
  // @ts-expect-error no such code
  isMillraceError(error, 'ERR_MILLRACE_NOSPACE');
  if (!isMillraceError(error)) return expectTypeOf(error).toBeUnknown() as never;
  expectTypeOf(error).toEqualTypeOf<MillraceError>();
  switch (error.code) {
    case 'ERR_MILLRACE_NO_SPACE':
      return 'later';
    // @ts-expect-error no such code
    case 'ENOSPC':
      return 'never';
    default:
      return error.message;
  }
}

export function readsAreViews(log: PartitionLog): void {
  const run = log.read(0);
  expectTypeOf(run).toEqualTypeOf<BatchRun>();
  expectTypeOf(log.readAsync(0)).toEqualTypeOf<Promise<BatchRun>>();
  expectTypeOf(log.waitFor(0, { signal: AbortSignal.timeout(1) })).toEqualTypeOf<Promise<void>>();
  for (const batch of run) {
    expectTypeOf(batch).toEqualTypeOf<RecordBatch>();
    for (const record of batch) {
      expectTypeOf(record).toEqualTypeOf<LogRecord>();
      expectTypeOf(record.value).toEqualTypeOf<Buffer | null>();
      expectTypeOf(record.offset).toEqualTypeOf<number>();
      // @ts-expect-error a value may be null
      record.value.toString();
      // @ts-expect-error a record that was read cannot be changed
      record.value = null;
    }
  }
  // @ts-expect-error offsets are numbers
  log.read(0n);
}

export function loggersArePinoShaped(options: StoreOptions): void {
  expectTypeOf<Console>().toExtend<NonNullable<typeof options.logger>>();
  expectTypeOf<{ warn(details: object, message: string): void }>().toExtend<NonNullable<typeof options.logger>>();
  expectTypeOf<{ warn(message: number): void }>().not.toExtend<NonNullable<typeof options.logger>>();
}

export function metricsAreARegistry(store: Store, reader: ReadOnlyStore): void {
  expectTypeOf(createMetrics(store)).toEqualTypeOf<Registry>();
  expectTypeOf(createMetrics(store, { registry: new Registry(), prefix: 'app_' })).toEqualTypeOf<Registry>();
  expectTypeOf(createMetrics(reader)).toEqualTypeOf<Registry>();
  // @ts-expect-error a store that only reads has no producers
  reader.openProducers();
}
