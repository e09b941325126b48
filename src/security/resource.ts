/**
 * What access is given to: resources of a type, by their name or by the beginning of it. The numbers are those of the wire.
 * (org.apache.kafka.common.resource.ResourceType and PatternType.)
 */

export const ResourceType = {
  UNKNOWN: 0,
  /** In a filter: of any type. */
  ANY: 1,
  TOPIC: 2,
  GROUP: 3,
  /** One resource, of the name `kafka-cluster`. */
  CLUSTER: 4,
  TRANSACTIONAL_ID: 5,
  DELEGATION_TOKEN: 6,
  USER: 7,
} as const;
export type ResourceType = (typeof ResourceType)[keyof typeof ResourceType];

export const PatternType = {
  UNKNOWN: 0,
  /** In a filter: of any pattern type, under exactly this name. */
  ANY: 1,
  /** In a filter: all that would apply to a resource of this name. */
  MATCH: 2,
  LITERAL: 3,
  PREFIXED: 4,
} as const;
export type PatternType = (typeof PatternType)[keyof typeof PatternType];

/** A literal pattern of this name applies to all resources of its type. */
export const WILDCARD = '*';
export const CLUSTER_NAME = 'kafka-cluster';

type Codes = Readonly<Record<string, number>>;

/** Names by code, of each table that was asked for. */
const namesOf = new WeakMap<Codes, readonly string[]>();

/** The name of a code in one of these tables; `UNKNOWN` for a code that is not in it, as Kafka reads one from a newer client. */
export function nameOfCode<Table extends Codes>(table: Table, code: number): keyof Table & string {
  let names = namesOf.get(table);
  if (names === undefined) {
    const made: string[] = [];
    for (const [name, value] of Object.entries(table)) made[value] = name;
    namesOf.set(table, (names = made));
  }
  return names[code] ?? 'UNKNOWN';
}

export function codeOfName<Table extends Codes>(table: Table, name: unknown): Table[keyof Table] | null {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name as keyof Table] : null;
}
