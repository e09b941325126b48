/** Which assignors a consumer offers to its group: those of the library by their names, and a program's own. */
import { checkCount } from '../consumer/consumer-options.ts';
import { invalidArgument } from '../errors.ts';
import type { Assignor, RebalanceProtocol } from '../group/assignor/assignor.ts';
import { cooperativeStickyAssignor } from '../group/assignor/cooperative-sticky-assignor.ts';
import { rangeAssignor } from '../group/assignor/range-assignor.ts';
import { roundRobinAssignor } from '../group/assignor/round-robin-assignor.ts';
import { stickyAssignor } from '../group/assignor/sticky-assignor.ts';
import { ASSIGNORS_MAX } from '../limits.ts';

export type AssignorName = 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky';

/** Kafka's by name, or one's own. */
export type AssignorChoice = AssignorName | Assignor;

const byName: ReadonlyMap<unknown, Assignor> = new Map(
  [rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor].map((each) => [each.name, each]),
);

const PROTOCOLS: readonly unknown[] = ['eager', 'cooperative'];

/** By default as Kafka's consumers: a group changes from the first to the second by a restart of its members without the first. */
export function checkAssignors(choices: unknown = ['range', 'cooperative-sticky']): Assignor[] {
  if (!Array.isArray(choices)) throw invalidArgument('assignors', 'an array of assignors', choices);
  checkCount('the count of assignors', choices.length, ASSIGNORS_MAX);
  const assignors = choices.map(checkAssignor);
  const names = new Set(assignors.map(({ name }) => name));
  if (names.size < assignors.length)
    throw invalidArgument('assignors', 'assignors of different names', [...names].join());
  if (rebalanceProtocol(assignors) === null)
    throw invalidArgument('assignors', 'assignors that have a protocol in common', [...names].join());
  return assignors;
}

/** What members do with their partitions while they join: what all of their assignors know, and the best of that. Null where there is nothing. */
export function rebalanceProtocol(assignors: readonly Assignor[]): RebalanceProtocol | null {
  const know = (protocol: RebalanceProtocol): boolean =>
    assignors.every(({ protocols }) => protocols.includes(protocol));
  if (know('cooperative')) return 'cooperative';
  return know('eager') ? 'eager' : null;
}

function checkAssignor(choice: unknown): Assignor {
  const known = byName.get(choice);
  if (known !== undefined) return known;
  if (typeof choice !== 'object' || choice === null)
    throw invalidArgument('each of assignors', `an assignor, or one of ${[...byName.keys()].join(', ')}`, choice);
  const { name, protocols, assign, userData, onAssignment } = choice as Partial<Assignor>;
  if (typeof name !== 'string' || name === '') throw invalidArgument('the name of an assignor', 'a name', name);
  if (!Array.isArray(protocols) || protocols.length === 0 || !protocols.every((each) => PROTOCOLS.includes(each)))
    throw invalidArgument(`protocols of the assignor "${name}"`, "some of 'eager' and 'cooperative'", protocols);
  for (const [method, value] of Object.entries({ assign, userData, onAssignment })) {
    if (typeof value === 'function' || (value === undefined && method !== 'assign')) continue;
    throw invalidArgument(`${method} of the assignor "${name}"`, 'a function', value);
  }
  return choice as Assignor;
}
