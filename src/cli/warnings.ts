/** What the library warns of, as sentences on standard error. */
import type { Logger } from '../types.ts';
import type { CliContext } from './context.ts';
import { note } from './output.ts';

/** What a store or a broker warns of, on standard error. */
export function warnings(context: CliContext): Logger {
  const say = (details: object, message: string): void => {
    const parts = Object.entries(details).map(([name, value]) => `${name} ${show(value)}`);
    note(context, `warning: ${message}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`);
  };
  return { warn: say, error: say };
}

function show(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
