/**
 * The settings of a broker that runs: those that it was started with, and over them those that clients have changed since, which its data directory keeps.
 *
 *     default  <  given at the start  <  changed for all brokers  <  changed for this broker
 *
 * A change is checked by all who must obey it, then on stable storage, then obeyed, one after the other. (DynamicBrokerConfig.)
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isMillraceError } from '../errors.ts';
import { openDisk } from '../file/disk-choice.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../types.ts';
import {
  type BrokerConfig,
  type BrokerConfigInput,
  type BrokerConfigName,
  checkBrokerConfig,
  type CheckedBrokerConfig,
  isBrokerConfigName,
  withConfigs,
} from './broker-config.ts';
import {
  type ConfigScope,
  configScopes,
  DYNAMIC_CONFIGS_FILE,
  type DynamicConfigEntry,
  readDynamicConfigs,
  writeDynamicConfigs,
} from './config/dynamic-config-file.ts';
import { dynamicName } from './config/dynamic-names.ts';
import type { ListenerConfig } from './config/listener-settings.ts';
import { storeSettingsOf } from './config/store-settings.ts';

/** By name, as text. */
export type DynamicConfigs = ReadonlyMap<string, string>;
type Levels = Readonly<Record<ConfigScope, DynamicConfigs>>;

/** What of all that holds. */
export interface EffectiveConfig extends CheckedBrokerConfig {
  /** With what was changed for a listener. */
  readonly ofListener: (name: string) => BrokerConfig;
}

/**
 * Throws INVALID_ARGUMENT for settings that it cannot obey; what it returns makes it obey them, and does not fail. `touched`: the settings that the change names or
 * takes back, also where the value stays.
 */
export type Obey = (next: EffectiveConfig, touched: ReadonlySet<string>) => () => void;

const NONE: Levels = { cluster: new Map(), broker: new Map() };

export class LiveConfig {
  readonly started: CheckedBrokerConfig;
  readonly #logger: Logger;
  readonly #obeying: Obey[] = [];
  #levels: Levels;
  #effective: EffectiveConfig;
  #store: Store | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** With what was changed in an earlier life of the directory. Errors: CORRUPT for a file that cannot be read. */
  static load(started: CheckedBrokerConfig, directory: string, logger: Logger): LiveConfig {
    return new LiveConfig(started, existsSync(join(directory, DYNAMIC_CONFIGS_FILE)) ? read(directory) : [], logger);
  }

  constructor(started: CheckedBrokerConfig, entries: readonly DynamicConfigEntry[], logger: Logger) {
    this.started = started;
    this.#logger = logger;
    this.#levels = levelsOf(entries.filter((entry) => this.#isPossible(entry)));
    this.#effective = effectiveOf(started, this.#levels);
  }

  get effective(): EffectiveConfig {
    return this.#effective;
  }

  /** What was changed while the broker ran. */
  changed(scope: ConfigScope): DynamicConfigs {
    return this.#levels[scope];
  }

  /** The store that obeys, and in whose directory changes are kept. */
  attach(store: Store): void {
    this.#store = store;
  }

  /** One more who must obey. */
  add(obey: Obey): void {
    this.#obeying.push(obey);
  }

  /**
   * Makes `change` of what a scope has: when those before it have ended. INVALID_ARGUMENT, and nothing is changed, where that cannot be obeyed. `named`: settings
   * that were asked for by name, and may have the value already.
   */
  async change(
    scope: ConfigScope,
    change: (configs: DynamicConfigs) => DynamicConfigs,
    validateOnly: boolean,
    named: readonly string[] = [],
  ): Promise<void> {
    // Its failure was told to who asked for it.
    const before = this.#last.catch(() => undefined);
    const run = before.then(() => {
      const configs = change(this.#levels[scope]);
      const touched = new Set([...named, ...differing(this.#levels[scope], configs)]);
      return this.#change({ ...this.#levels, [scope]: configs }, touched, validateOnly);
    });
    this.#last = run;
    return run;
  }

  async #change(levels: Levels, touched: ReadonlySet<string>, validateOnly: boolean): Promise<void> {
    const store = this.#store!;
    const next = effectiveOf(this.started, levels);
    const settings = liveSettings(next);
    store.checkConfigure(settings);
    const obey = this.#obeying.map((each) => each(next, touched));
    if (validateOnly) return;
    await store.configure(settings);
    try {
      store.writing(() => writeDynamicConfigs(store.fileSystem, store.directory, entriesOf(levels)));
    } catch (error) {
      await store.configure(liveSettings(this.#effective));
      throw error;
    }
    this.#levels = levels;
    this.#effective = next;
    for (const each of obey) each();
  }

  /** What a later or an earlier version has kept does not keep this one from starting. */
  #isPossible({ scope, name, value }: DynamicConfigEntry): boolean {
    const found = dynamicName(name);
    try {
      if (found !== null && (found.listener === null || scope === 'broker')) {
        checkBrokerConfig({ [found.base]: value });
        return true;
      }
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_INVALID_ARGUMENT')) throw error;
    }
    this.#logger.error?.(
      { setting: name, scope },
      'a setting that was changed while the broker ran is none now, and has no effect',
    );
    return false;
  }
}

function read(directory: string): readonly DynamicConfigEntry[] {
  const disk = openDisk();
  try {
    return readDynamicConfigs(disk, directory);
  } finally {
    disk.close();
  }
}

function liveSettings(effective: CheckedBrokerConfig): Parameters<Store['configure']>[0] {
  const {
    defaults = {},
    compactionBufferBytes,
    compactionBytesPerSecond,
    compactionIntervalMs,
    producerIdExpirationMs,
  } = storeSettingsOf(effective);
  return {
    defaults,
    compactionBufferBytes,
    compactionBytesPerSecond,
    compactionIntervalMs,
    producerIdExpirationMs,
  };
}

function differing(before: DynamicConfigs, after: DynamicConfigs): string[] {
  return [...before.keys(), ...after.keys()].filter((name) => before.get(name) !== after.get(name));
}

function levelsOf(entries: readonly DynamicConfigEntry[]): Levels {
  if (entries.length === 0) return NONE;
  const of = (wanted: ConfigScope): DynamicConfigs =>
    new Map(entries.filter(({ scope }) => scope === wanted).map(({ name, value }) => [name, value]));
  return { cluster: of('cluster'), broker: of('broker') };
}

function entriesOf(levels: Levels): DynamicConfigEntry[] {
  return configScopes.flatMap((scope) => Array.from(levels[scope], ([name, value]) => ({ scope, name, value })));
}

/** Throws INVALID_ARGUMENT for a value that its setting cannot have. */
function effectiveOf(started: CheckedBrokerConfig, levels: Levels): EffectiveConfig {
  const changes: Record<string, string> = {};
  const ofListeners = new Map(started.ofListeners);
  for (const scope of configScopes) {
    for (const [name, value] of levels[scope]) {
      const { base, listener } = dynamicName(name)!;
      if (listener === null) changes[base] = value;
      else ofListeners.set(listener, { ...ofListeners.get(listener), [base]: value });
    }
  }
  const config = withConfigs(started.config, changes);
  const given = new Set([...started.given, ...(Object.keys(changes) as BrokerConfigName[])]);
  // Each is looked at, also those of listeners that there are not.
  const listeners = new Map(
    Array.from(ofListeners, ([name, own]) => [name, withConfigs(config, ofAllMechanisms(own))]),
  );
  return { config, given, ofListeners, ofListener: (name) => listeners.get(name.toLowerCase()) ?? config };
}

function ofAllMechanisms(own: ListenerConfig): BrokerConfigInput {
  return Object.fromEntries(Object.entries(own).filter(([name]) => isBrokerConfigName(name)));
}
