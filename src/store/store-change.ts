/** Which options of a store can be changed while it is open: those that nothing on disk depends on. */
import { checkOptions, type StoreOptions } from './store-options.ts';

/** What is left out gets its default, as in `openStore`. */
export type StoreChange = Pick<
  StoreOptions,
  'compactionBufferBytes' | 'compactionBytesPerSecond' | 'compactionIntervalMs' | 'producerIdExpirationMs'
> & {
  readonly defaults: NonNullable<StoreOptions['defaults']>;
};

/** Throws as `openStore` does. */
export function checkChange({
  defaults,
  compactionBufferBytes,
  compactionBytesPerSecond,
  compactionIntervalMs,
  producerIdExpirationMs,
}: StoreChange): Required<StoreChange> {
  return checkOptions({
    defaults,
    compactionBufferBytes,
    compactionBytesPerSecond,
    compactionIntervalMs,
    producerIdExpirationMs,
  });
}
