/** The assignors that a coordinator has (`group.consumer.assignors`), by their names. */
import type { ServerAssignor } from '../assignor/server-assignor.ts';
import { serverRangeAssignor } from '../assignor/server-range-assignor.ts';
import { uniformAssignor } from '../assignor/uniform-assignor.ts';

export const serverAssignors: ReadonlyMap<string, ServerAssignor> = new Map(
  [uniformAssignor, serverRangeAssignor].map((assignor) => [assignor.name, assignor]),
);
