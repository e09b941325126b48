/**
 * Who somebody is: `User:alice`, a type and a name parted by the first colon, as in Kafka's ACLs and settings. Kept as that one string: two are
 * the same when the strings are.
 */
import { invalidArgument } from '../errors.ts';

/** Who has not been asked for more. */
export const ANONYMOUS = 'User:ANONYMOUS';
/** In an ACL: any user. (Kafka knows no other wildcard: `User:a*` is somebody of that name.) */
export const ANY_USER = 'User:*';

export function userPrincipal(name: string): string {
  return `User:${name}`;
}

export interface PrincipalParts {
  readonly type: string;
  readonly name: string;
}

/** ERR_MILLRACE_INVALID_ARGUMENT when there is no colon. */
export function principalParts(principal: string): PrincipalParts {
  const colon = principal.indexOf(':');
  if (colon < 0)
    throw invalidArgument('principal', 'a type and a name parted by a colon, such as User:alice', principal);
  return { type: principal.slice(0, colon), name: principal.slice(colon + 1) };
}

/** The setting `super.users`: principals parted by semicolons (distinguished names have commas). */
export function parseSuperUsers(setting: string): ReadonlySet<string> {
  const principals = setting
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const principal of principals) principalParts(principal);
  return new Set(principals);
}
