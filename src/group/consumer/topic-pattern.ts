/**
 * Regular expressions that groups subscribe by: those of RE2, as Kafka's are (RE2/J). Matching takes time in proportion to the name and the expression, whatever is in
 * it; and both are bounded, so that none holds up everybody. A name must match as a whole.
 */
import type * as Re2 from 're2js';
import { setImmediate } from 'node:timers/promises';
import { GROUP_PATTERN_CHARACTERS_MAX, GROUP_PATTERN_INSTRUCTIONS_MAX, GROUP_PATTERN_TURN_MS } from '../../limits.ts';
import { lazily, requirePackage } from '../../lazy-module.ts';

const re2 = lazily(() => requirePackage('re2js') as typeof Re2);

export interface TopicPattern {
  readonly pattern: string;
  matches(topic: string): boolean;
}

/** What is wrong with it, in a sentence. */
export interface PatternFault {
  readonly fault: string;
}

export function compilePattern(pattern: string): TopicPattern | PatternFault {
  if (pattern.length > GROUP_PATTERN_CHARACTERS_MAX)
    return { fault: `it has ${pattern.length} characters, at most ${GROUP_PATTERN_CHARACTERS_MAX} are taken` };
  try {
    const compiled = re2().RE2JS.compile(pattern);
    const size = compiled.programSize();
    if (size > GROUP_PATTERN_INSTRUCTIONS_MAX)
      return { fault: `it takes ${size} steps a character, at most ${GROUP_PATTERN_INSTRUCTIONS_MAX} are taken` };
    return { pattern, matches: (topic) => compiled.testExact(topic) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Of each expression the names that match. Others get their turn meanwhile. What is no expression stands for nothing. */
export async function matchTopics(
  patterns: Iterable<string>,
  names: Iterable<string>,
): Promise<Map<string, ReadonlySet<string>>> {
  const compiled = [];
  const found = new Map<string, Set<string>>();
  for (const pattern of patterns) {
    found.set(pattern, new Set());
    const each = compilePattern(pattern);
    if ('matches' in each) compiled.push(each);
  }
  let turnEnd = performance.now() + GROUP_PATTERN_TURN_MS;
  // Topics may come and go meanwhile.
  const asked = Array.from(names);
  for (const name of asked) {
    for (const each of compiled) {
      if (each.matches(name)) found.get(each.pattern)!.add(name);
      if (performance.now() < turnEnd) continue;
      await setImmediate();
      turnEnd = performance.now() + GROUP_PATTERN_TURN_MS;
    }
  }
  return found;
}
