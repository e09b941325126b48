/** Quota entities, changes and filters as the wire has them. (ClientQuotaControlManager, ClientQuotasImage.) */
import type { QuotaEntity } from '../security/client-quotas.ts';
import type { QuotaChange } from '../security/quota-book.ts';
import { type QuotaKey, quotaKeys } from '../security/quota-file.ts';
import { Refusal, repeated } from './refusal.ts';

interface WirePart {
  readonly entityType: string;
  readonly entityName: string | null;
}

interface WireOperation {
  readonly key: string;
  readonly value: number;
  readonly remove: boolean;
}

interface WireComponent {
  readonly entityType: string;
  readonly matchType: number;
  readonly match: string | null;
}

const types = { user: 'user', 'client-id': 'clientId' } as const;
/** Of an address, which can have quotas in Kafka: here it has none, and who asks for them finds none. */
const ADDRESS = 'ip';
type EntityType = keyof typeof types;

const EXACT = 0;
const DEFAULT = 1;
const ANY = 2;

function isEntityType(type: string): type is EntityType {
  return Object.hasOwn(types, type);
}

/** Throws what the client is told. */
export function entityOf(parts: readonly WirePart[]): QuotaEntity {
  if (parts.length === 0) throw invalid('Invalid empty client quota entity');
  const entity: { user?: string | null; clientId?: string | null } = {};
  for (const { entityType, entityName } of parts) {
    if (!isEntityType(entityType)) throw invalid(`Unhandled client quota entity type: ${entityType}`);
    const name = types[entityType];
    if (name in entity) throw invalid(`Client quota entity type ${entityType} is there twice`);
    if (entityName === '') throw invalid(`Empty ${entityType} not supported`);
    entity[name] = entityName;
  }
  return entity;
}

/** Throws what the client is told. */
export function changeOf(operations: readonly WireOperation[]): QuotaChange {
  if (repeated(operations.map(({ key }) => key)).size > 0) throw invalid('A quota is changed twice');
  const change: Partial<Record<QuotaKey, number | null>> = {};
  for (const { key, value, remove } of operations) {
    if (!(quotaKeys as readonly string[]).includes(key))
      throw invalid(`Unknown configuration key ${key}: of clients, ${quotaKeys.join(' and ')} are bounded`);
    if (!remove && value <= 0) throw invalid(`Quota ${key} must be greater than 0`);
    if (!remove && !Number.isSafeInteger(value)) throw invalid(`${key} must be a whole number`);
    change[key as QuotaKey] = remove ? null : value;
  }
  return change;
}

export function partsOf({ user, clientId }: QuotaEntity): WirePart[] {
  const parts: WirePart[] = [];
  if (user !== undefined) parts.push({ entityType: 'user', entityName: user });
  if (clientId !== undefined) parts.push({ entityType: 'client-id', entityName: clientId });
  return parts;
}

/** Whether an entity is asked for. Throws what the client is told. `isStrict`: one that has another part too is not. */
export function entityFilter(
  components: readonly WireComponent[],
  isStrict: boolean,
): (entity: QuotaEntity) => boolean {
  if (repeated(components.map(({ entityType }) => entityType)).size > 0) throw invalid('An entity type is there twice');
  const checks = components.map(({ entityType, matchType, match }) => {
    if (!isEntityType(entityType) && entityType !== ADDRESS)
      throw new Refusal('UNSUPPORTED_VERSION', `Custom entity type ${entityType} is not supported`);
    if (matchType < EXACT || matchType > ANY) throw invalid(`Unknown match type ${matchType}`);
    if ((matchType === EXACT) !== (match !== null)) throw invalid(`The match of ${entityType} contradicts its type`);
    if (entityType === ADDRESS) return () => false;
    const name = types[entityType];
    return (entity: QuotaEntity): boolean => {
      const found = entity[name];
      if (matchType === EXACT) return found === match;
      return matchType === DEFAULT ? found === null : found !== undefined;
    };
  });
  if (components.length > 1 && components.some(({ entityType }) => entityType === ADDRESS))
    throw invalid('An IP filter component should not be used with a user or clientId filter component');
  return (entity) =>
    checks.every((fits) => fits(entity)) && (!isStrict || partsOf(entity).length === components.length);
}

function invalid(message: string): Refusal {
  return new Refusal('INVALID_REQUEST', message);
}
