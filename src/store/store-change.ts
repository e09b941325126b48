/** Which options of a store can be changed while it is open: those that nothing on disk depends on. */
import { checkObject } from '../errors.ts';
import { checkOptions, type StoreOptions } from './store-options.ts';

/** What is left out gets its default, as in `openStore`. */
export type StoreChange = Pick<
  StoreOptions,
  'compactionBufferBytes' | 'compactionBytesPerSecond' | 'compactionIntervalMs' | 'producerIdExpirationMs'
> & {
  readonly defaults: NonNullable<StoreOptions['defaults']>;
};

/** Throws as `openStore` does. */
export function checkChange(change: StoreChange): Required<StoreChange> {
  checkObject('change', change);
  const { defaults, compactionBufferBytes, compactionBytesPerSecond, compactionIntervalMs, producerIdExpirationMs } =
    change;
  return checkOptions({
    defaults,
    compactionBufferBytes,
    compactionBytesPerSecond,
    compactionIntervalMs,
    producerIdExpirationMs,
  });
}
