/** The assignors that a consumer offers, as a program chooses them: by their names, or its own (`partition.assignment.strategy`). */
import { invalidArgument } from '../../errors.ts';
import type { Assignor } from './assignor.ts';
import { cooperativeStickyAssignor } from './cooperative-sticky-assignor.ts';
import { rangeAssignor } from './range-assignor.ts';
import { roundRobinAssignor } from './round-robin-assignor.ts';
import { stickyAssignor } from './sticky-assignor.ts';

export type AssignorName = 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky';

const known: Readonly<Record<AssignorName, Assignor>> = {
  range: rangeAssignor,
  roundrobin: roundRobinAssignor,
  sticky: stickyAssignor,
  'cooperative-sticky': cooperativeStickyAssignor,
};

/** Kafka's, so that a group goes from `range` to `cooperative-sticky` when the last of its members has left `range` out. */
const DEFAULT_CHOICE: readonly AssignorName[] = ['range', 'cooperative-sticky'];

/** In the order of preference. ERR_MILLRACE_INVALID_ARGUMENT for a name that is not known, for two of one name, and for none. */
export function chooseAssignors(choice: readonly (AssignorName | Assignor)[] = DEFAULT_CHOICE): Assignor[] {
  if (!Array.isArray(choice) || choice.length === 0) {
    throw invalidArgument('assignors', 'an array of one assignor or more', choice);
  }
  const names = new Set<string>();
  return choice.map((each: unknown) => {
    const assignor = typeof each === 'string' && Object.hasOwn(known, each) ? known[each as AssignorName] : each;
    if (!isAssignor(assignor)) {
      const expected = `${Object.keys(known).join(', ')}, or objects with name, protocols and assign`;
      throw invalidArgument('assignors', expected, each);
    }
    if (names.has(assignor.name)) throw invalidArgument('assignors', 'of different names', assignor.name);
    names.add(assignor.name);
    return assignor;
  });
}

function isAssignor(value: unknown): value is Assignor {
  if (typeof value !== 'object' || value === null) return false;
  const { name, protocols, assign } = value as Partial<Record<keyof Assignor, unknown>>;
  const hasName = typeof name === 'string' && name.length > 0;
  return hasName && Array.isArray(protocols) && protocols.length > 0 && typeof assign === 'function';
}
