/**
 * The kinds of values that a topic setting can have, and how they are read at the door.
 *
 * A value may be given as what it is or as Kafka's tools write it, a string. Kafka's longs go to 2^63 - 1, which means "never"; what exceeds
 * 2^53 - 1 is taken as that. (org.apache.kafka.common.config.ConfigDef.)
 */

export type ConfigValue = number | string | boolean;

/** Kafka's types of settings, as far as a topic has them. */
export type ConfigType = 'boolean' | 'double' | 'int' | 'list' | 'long' | 'string';

export interface ConfigDefinition {
  readonly type: ConfigType;
  readonly default: ConfigValue;
  /** What a value must be, as an error says it after "must be". */
  readonly expected: string;
  /** Does this version act on it? What it does not act on is checked and stored. */
  readonly obeyed: boolean;
  /** The value that `input` stands for, or null when it is none. */
  parse(input: unknown): ConfigValue | null;
}

interface WholeOptions {
  readonly default: number;
  readonly min: number;
  /** Default: Kafka's long. */
  readonly max?: number;
  readonly obeyed?: boolean;
}

const LONG_MAX = 2n ** 63n - 1n;

/** A whole number in [min, max]. */
export function whole(options: WholeOptions): ConfigDefinition {
  const { min, max = Number.MAX_SAFE_INTEGER } = options;
  const isLong = options.max === undefined;
  return {
    type: isLong ? 'long' : 'int',
    default: options.default,
    expected: isLong ? `a whole number from ${min} on` : `a whole number from ${min} to ${max}`,
    obeyed: options.obeyed ?? false,
    parse(input) {
      const value = typeof input === 'string' ? wholeOf(input.trim(), isLong) : input;
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? value : null;
    },
  };
}

function wholeOf(text: string, isLong: boolean): number | null {
  if (!/^[+-]?\d{1,20}$/.test(text)) return null;
  const value = Number(text);
  if (!isLong || Number.isSafeInteger(value)) return value;
  return value > 0 && BigInt(text.replace('+', '')) <= LONG_MAX ? Number.MAX_SAFE_INTEGER : null;
}

/** A number in [min, max]. */
export function decimal(options: { default: number; min: number; max: number; obeyed?: boolean }): ConfigDefinition {
  return {
    type: 'double',
    default: options.default,
    expected: `a number from ${options.min} to ${options.max}`,
    obeyed: options.obeyed ?? false,
    parse(input) {
      const isText = typeof input === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(input);
      const value = isText ? Number(input) : input;
      return typeof value === 'number' && value >= options.min && value <= options.max ? value : null;
    },
  };
}

/** True or false. `only`: the one value that can be had. */
export function flag(options: { default: boolean; only?: boolean; obeyed?: boolean }): ConfigDefinition {
  const { only } = options;
  return {
    type: 'boolean',
    default: options.default,
    expected: only === undefined ? 'true or false' : `${only}, nothing else is supported`,
    obeyed: options.obeyed ?? false,
    parse(input) {
      const text = typeof input === 'string' ? input.trim().toLowerCase() : input;
      const value = text === 'true' ? true : text === 'false' ? false : text;
      return typeof value === 'boolean' && (only === undefined || value === only) ? value : null;
    },
  };
}

/** One of `values`. */
export function choice(options: { default: string; values: readonly string[]; obeyed?: boolean }): ConfigDefinition {
  return {
    type: 'string',
    default: options.default,
    expected: `one of ${options.values.join(', ')}`,
    obeyed: options.obeyed ?? false,
    parse: (input) => (typeof input === 'string' && options.values.includes(input.trim()) ? input.trim() : null),
  };
}

/** None, one or several of `values`, as an array or with commas between; kept with commas. */
export function list(options: { default: string; values: readonly string[]; obeyed?: boolean }): ConfigDefinition {
  return {
    type: 'list',
    default: options.default,
    expected: `a list of ${options.values.join(', ')}, each at most once`,
    obeyed: options.obeyed ?? false,
    parse(input) {
      const items = itemsOf(input);
      if (items === null || new Set(items).size < items.length) return null;
      return items.every((item) => options.values.includes(item)) ? items.join(',') : null;
    },
  };
}

/** `[partition:broker,...]` or `*`. (ThrottledReplicaListValidator.) */
export function replicaList(): ConfigDefinition {
  return {
    type: 'list',
    default: '',
    expected: '"*" or a list of [partition]:[broker]',
    obeyed: false,
    parse(input) {
      const items = itemsOf(input);
      const isList = items !== null && (items.every((item) => /^\d+:\d+$/.test(item)) || items.join() === '*');
      return isList ? items.join(',') : null;
    },
  };
}

/** A value as Kafka's tools show it. */
export function configText(value: ConfigValue, type: string): string {
  if (value === Number.MAX_SAFE_INTEGER) return String(LONG_MAX);
  return type === 'double' ? doubleText(value as number) : String(value);
}

/** As Java writes a double: with a fraction always, and with an exponent from ten millions on and below a thousandth. */
function doubleText(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits, exponent] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

function itemsOf(input: unknown): string[] | null {
  if (Array.isArray(input)) return input.every((item) => typeof item === 'string') ? input : null;
  if (typeof input !== 'string') return null;
  return input.trim() === '' ? [] : input.trim().split(/\s*,\s*/);
}
