/**
 * From the subject of a client's certificate to the name of its principal, by the rules of `ssl.principal.mapping.rules` (KIP-371): the first that fits the whole subject.
 *
 *     RULE:^CN=(.*?),O=Mills$/$1@mills/L, DEFAULT
 *          └── pattern ──┘ └ name ┘ └ L, U or nothing: in small or in capital letters
 *
 * DEFAULT takes the subject as it is. `\` takes what is behind it as it stands, and so does `$` in front of a number that no group has. (SslPrincipalMapper.)
 */
import { invalidArgument } from '../errors.ts';

const PART = String.raw`((?:\\.|[^\\/])*)`;
const BODY = `DEFAULT|RULE:${PART}/${PART}/([LU]?)`;
const RULE = new RegExp(`^(?:${BODY})$`, 's');
/** A rule ends at a comma behind its last slash. */
const SPLITTER = new RegExp(String.raw`\s*((?:${BODY}).*?|.*?)\s*(?:,\s*|$)`, 'gs');

type Rule = (subject: string) => string | null;

const byDefault: Rule = (subject) => subject;

export class PrincipalMapping {
  readonly #rules: readonly Rule[];

  /** ERR_MILLRACE_INVALID_ARGUMENT for a rule that is none. */
  constructor(rules: string) {
    const texts = Array.from(rules.trim().matchAll(SPLITTER), ([, rule]) => rule);
    this.#rules = texts.filter((text) => text !== '').map(ruleOf);
  }

  /** Null: no rule fits, and the client is not to be let in. */
  nameOf(subject: string): string | null {
    for (const rule of this.#rules) {
      const name = rule(subject);
      if (name !== null) return name;
    }
    return null;
  }
}

function ruleOf(text: string): Rule {
  const match = RULE.exec(text);
  if (match === null) throw notARule(text);
  const [, source, name, letters] = match;
  if (source === undefined) return byDefault;
  const [whole, each] = patternsOf(source, text);
  return (subject) => {
    if (!whole.test(subject)) return null;
    const mapped = subject.replaceAll(each, (...parts: unknown[]) => expand(name, groupsOf(parts)));
    return letters === 'L' ? mapped.toLowerCase() : letters === 'U' ? mapped.toUpperCase() : mapped;
  };
}

function patternsOf(source: string, rule: string): [RegExp, RegExp] {
  try {
    return [new RegExp(`^(?:${source})$`), new RegExp(source, 'g')];
  } catch {
    throw notARule(rule);
  }
}

/** What `replaceAll` tells: the match, its groups, where it is, and the whole. */
function groupsOf(parts: readonly unknown[]): string[] {
  const position = parts.findIndex((part) => typeof part === 'number');
  return parts.slice(0, position).map((part) => (part === undefined ? '' : (part as string)));
}

/** `groups`: the whole match and what is in its brackets. */
function expand(name: string, groups: readonly string[]): string {
  return name.replaceAll(/\\(.)|\$(\d+)/gs, (found, literal: string | undefined, digits: string | undefined) => {
    if (literal !== undefined) return literal;
    // As many digits as there is a group of.
    for (let end = digits!.length; end > 0; end--) {
      const group = Number(digits!.slice(0, end));
      if (group < groups.length) return groups[group] + digits!.slice(end);
    }
    return found;
  });
}

function notARule(text: string): Error {
  return invalidArgument('ssl.principal.mapping.rules', 'DEFAULT or RULE:pattern/name/[LU], with commas between', text);
}
