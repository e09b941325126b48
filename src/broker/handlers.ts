/** What the broker serves: a handler for each API key, in the order of the keys. */
import type { Handler } from './handler.ts';
import { produceHandler } from './handlers/00-produce.ts';
import { fetchHandler } from './handlers/01-fetch.ts';
import { listOffsetsHandler } from './handlers/02-list-offsets.ts';
import { metadataHandler } from './handlers/03-metadata.ts';
import { apiVersionsHandler } from './handlers/18-api-versions.ts';

export function allHandlers(): ReadonlyMap<number, Handler> {
  const handlers = new Map<number, Handler>();
  const add = (...some: readonly Handler[]): void => {
    for (const handler of some) handlers.set(handler.api.key, handler);
  };
  add(produceHandler, fetchHandler, listOffsetsHandler, metadataHandler);
  add(apiVersionsHandler(handlers));
  return handlers;
}
