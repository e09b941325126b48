/**
 * The kinds of settings that a broker can have, and how their values are read: those of topics (store/config-value.ts), with what a broker has besides.
 *
 * A setting says what it means, in one sentence, for DescribeConfigs and docs/operations.md, and whether this version obeys it.
 */
import {
  choice,
  type ConfigDefinition,
  type ConfigType,
  type ConfigValue,
  decimal,
  flag,
  whole,
} from '../../store/config-value.ts';
import { type TopicConfigName, topicConfigs } from '../../store/topic-config.ts';

export type BrokerConfigType = ConfigType | 'password';

/** A setting whose value is a `T`; null: what nobody has said. */
export interface BrokerConfigDefinition<T extends ConfigValue | null = ConfigValue | null> {
  readonly type: BrokerConfigType;
  readonly default: T;
  readonly expected: string;
  readonly obeyed: boolean;
  readonly documentation: string;
  /** The setting of topics that it is the default of, and what one of its units is in that setting's. */
  readonly topic?: { readonly name: TopicConfigName; readonly unit: number };
  parse(input: unknown): T;
}

interface Common {
  readonly documentation: string;
  /** Default true. */
  readonly obeyed?: boolean;
}

interface NumberOptions extends Common {
  readonly default: number;
  readonly min: number;
  readonly max?: number;
}

const INT_MAX = 0x7fff_ffff;

export function int(options: NumberOptions): BrokerConfigDefinition<number> {
  return ofTopic(whole({ max: INT_MAX, ...options }), options) as BrokerConfigDefinition<number>;
}

export function long(options: NumberOptions): BrokerConfigDefinition<number> {
  const { min, max = Number.MAX_SAFE_INTEGER } = options;
  const base = whole({ default: options.default, min });
  const expected = options.max === undefined ? base.expected : `a whole number from ${min} to ${max}`;
  const parse = (input: unknown): ConfigValue | null => {
    const value = base.parse(input);
    return value !== null && (value as number) <= max ? value : null;
  };
  return ofTopic({ ...base, expected, parse }, options) as BrokerConfigDefinition<number>;
}

/** A number, with a fraction or without. */
export function double(options: NumberOptions): BrokerConfigDefinition<number> {
  const { default: standard, min, max = Number.MAX_VALUE } = options;
  const base = decimal({ default: standard, min, max });
  const expected = options.max === undefined ? `a number from ${min} on` : base.expected;
  return ofTopic({ ...base, expected }, options) as BrokerConfigDefinition<number>;
}

/** A whole number that may be left out. */
export function optionalInt(options: Omit<NumberOptions, 'default'>): BrokerConfigDefinition<number | null> {
  return { ...int({ ...options, default: options.min }), default: null };
}

export function bool(options: Common & { readonly default: boolean }): BrokerConfigDefinition<boolean> {
  return ofTopic(flag(options), options) as BrokerConfigDefinition<boolean>;
}

interface ChoiceOptions extends Common {
  readonly default: string;
  readonly values: readonly string[];
  /** Kept in the case of `values`. Default false. */
  readonly ignoresCase?: boolean;
}

export function oneOf(options: ChoiceOptions): BrokerConfigDefinition<string> {
  const exact = choice(options);
  if (options.ignoresCase !== true) return ofTopic(exact, options) as BrokerConfigDefinition<string>;
  const parse = (input: unknown): ConfigValue | null =>
    exact.parse(typeof input === 'string' ? input.toLowerCase() : input);
  return ofTopic({ ...exact, parse }, options) as BrokerConfigDefinition<string>;
}

export function text(options: Common & { readonly default: string }): BrokerConfigDefinition<string> {
  return {
    type: 'string',
    default: options.default,
    expected: 'a string',
    obeyed: options.obeyed ?? true,
    documentation: options.documentation,
    // Null where it is none, as of all kinds.
    parse: (input) => (typeof input === 'string' ? input.trim() : null) as string,
  };
}

/** Items with commas between, or an array of them; kept with commas. */
export function list(options: Common & { readonly default: string }): BrokerConfigDefinition<string> {
  return {
    ...text(options),
    type: 'list',
    expected: 'a list, with commas between',
    parse: (input) =>
      (Array.isArray(input) ? joined(input) : typeof input === 'string' ? joined(input.split(',')) : null)!,
  };
}

/** Text that no answer and no message shows. */
export function password(options: Common): BrokerConfigDefinition<string | null> {
  return { ...text({ ...options, default: '' }), type: 'password', default: null };
}

/** The default of a setting of topics. `unit`: what 1 of it is in the topic's own unit. */
export function topicDefault(
  name: TopicConfigName,
  options: { readonly documentation?: string; readonly unit?: number } = {},
): BrokerConfigDefinition {
  const definition: ConfigDefinition = topicConfigs[name];
  const { unit = 1, documentation = `The default of the topics' ${name}.` } = options;
  const topic = { name, unit };
  if (unit === 1) return { ...definition, documentation, topic };
  const number = int({ default: 0, min: -1, documentation });
  const isPossible = (value: number): boolean => definition.parse(inTopicUnits(value, unit)) !== null;
  return {
    type: 'int',
    default: null,
    expected: `a whole number of which ${name} can have the ${unit}-fold`,
    obeyed: definition.obeyed,
    documentation,
    topic,
    parse: (input) => {
      const value = number.parse(input);
      return value !== null && isPossible(value) ? value : null;
    },
  };
}

/** -1 is no bound, in any unit. */
export function inTopicUnits(value: ConfigValue, unit: number): ConfigValue {
  return typeof value === 'number' && value >= 0 ? value * unit : value;
}

function ofTopic(definition: ConfigDefinition, { documentation, obeyed = true }: Common): BrokerConfigDefinition {
  return { ...definition, obeyed, documentation };
}

function joined(items: readonly unknown[]): string | null {
  if (!items.every((item) => typeof item === 'string')) return null;
  return items
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .join(',');
}
