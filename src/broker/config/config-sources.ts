/**
 * Collects a broker's settings from where a user may write them. In this order, each stronger than the ones before:
 *
 *     a properties file            num.partitions=4
 *     environment variables        MILLRACE_NUM_PARTITIONS=4
 *     the command line             --override num.partitions=4
 *
 * The name of a variable is that of its setting in capitals with `_` for `.`, behind `MILLRACE_`; the settings that begin with `millrace.` have that only
 * once. A name that is no setting is left out and warned of, with the nearest name that is one.
 */
import { readFileSync } from 'node:fs';
import { MillraceError } from '../../errors.ts';
import { suggestion } from '../../store/nearest-name.ts';
import { parseProperties } from '../../store/properties-text.ts';
import type { Logger } from '../../types.ts';
import { type BrokerConfigInput, brokerConfigNames, isBrokerConfigName } from '../broker-config.ts';
import { listenerSetting, withListenerName } from './listener-settings.ts';

export interface ConfigSources {
  /** The path of a file in the form of Java's properties. */
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly overrides?: Iterable<readonly [name: string, value: string]>;
  readonly logger?: Logger;
}

const PREFIX = 'MILLRACE_';
const OWN = 'millrace.';
/** Variables that mean something else to this library. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(['MILLRACE_COPY', 'MILLRACE_SEED']);

/** Errors: IO when the file cannot be read. Values are not checked here. */
export function collectConfig({
  file,
  environment = {},
  overrides = [],
  logger = {},
}: ConfigSources): BrokerConfigInput {
  const collected: Record<string, string> = {};
  const take = (source: string, name: string, value: string, shown = name): void => {
    if (isBrokerConfigName(name) || listenerSetting(name) !== null) collected[name] = value;
    else logger.warn?.({ source }, `${shown} is no setting of a broker${suggestion(name, brokerConfigNames)}`);
  };
  if (file !== undefined) {
    for (const [name, value] of parseProperties(readText(file))) take(file, name, value);
  }
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined || !variable.startsWith(PREFIX) || OTHER_VARIABLES.has(variable)) continue;
    take('environment', settingOf(variable), value, variable);
  }
  for (const [name, value] of overrides) take('command line', name, value);
  return collected;
}

function settingOf(variable: string): string {
  const name = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '.');
  return isBrokerConfigName(OWN + name) ? OWN + name : withListenerName(name);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new MillraceError('ERR_MILLRACE_IO', `cannot read the settings in ${file}: ${code}`, {
      path: file,
      cause: error,
    });
  }
}
