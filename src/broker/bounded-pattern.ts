/**
 * Regular expressions that clients send. One that goes back and forth for ages must not hold up everybody, so it is run where it can be stopped: in a context
 * of its own, with a bound on its time.
 *
 * Kafka's are RE2's and ours JavaScript's: what both have means the same.
 */
import type * as Vm from 'node:vm';
import { CLIENT_PATTERN_TIME_MS } from '../limits.ts';
import { lazily, requirePackage } from '../lazy-module.ts';

const vm = lazily(() => requirePackage('node:vm') as typeof Vm);

/** Compiled by itself first: what is no expression alone is none in brackets. */
const script = lazily(
  () => new (vm().Script)('new RegExp(pattern), texts.filter(RegExp.prototype.test, new RegExp(`^(?:${pattern})$`))'),
);

/** Those of `texts` that match `pattern` as a whole; null for what is no regular expression, or takes too long. */
export function matching(pattern: string, texts: readonly string[]): ReadonlySet<string> | null {
  const context = vm().createContext({ pattern, texts });
  try {
    return new Set(script().runInContext(context, { timeout: CLIENT_PATTERN_TIME_MS }) as string[]);
  } catch {
    // A SyntaxError of the other context, or the end of its time.
    return null;
  }
}
