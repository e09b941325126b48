/**
 * The settings that groups have of their own, which the data directory keeps and the coordinator obeys (GroupConfigManager). A change is checked, then on stable storage, then
 * obeyed; members that are there hear of it with their next heartbeats.
 */
import type { Store } from '../store/store.ts';
import type { Logger } from '../types.ts';
import type { BrokerConfig } from './broker-config.ts';
import { readGroupConfigs, writeGroupConfigs } from './config/group-config-file.ts';
import { faultOf, overridesOf } from './config/group-setting.ts';

/** By name, as text. */
export type GroupConfigs = ReadonlyMap<string, string>;

const NONE: GroupConfigs = new Map();

export class GroupSettings {
  readonly #store: Store;
  #groups: ReadonlyMap<string, GroupConfigs>;

  /** What is kept and not possible with the broker's settings of today has no effect, and is said. Errors: CORRUPT. */
  static open(store: Store, config: BrokerConfig, logger: Logger): GroupSettings {
    const groups = new Map<string, Map<string, string>>();
    for (const { group, name, value } of readGroupConfigs(store.fileSystem, store.directory)) {
      const known = groups.get(group) ?? new Map<string, string>();
      groups.set(group, known.set(name, value));
    }
    for (const [group, configs] of groups) {
      const fault = faultOf(configs, config);
      if (fault === null) continue;
      groups.delete(group);
      logger.error?.({ groupId: group, fault }, 'settings of a group are not possible now, and have no effect');
    }
    return new GroupSettings(store, groups);
  }

  private constructor(store: Store, groups: ReadonlyMap<string, GroupConfigs>) {
    this.#store = store;
    this.#groups = groups;
    this.#obey();
  }

  of(group: string): GroupConfigs {
    return this.#groups.get(group) ?? NONE;
  }

  /** All that a group has of its own from now on, in which there is no fault. Errors: as a write of the store's. */
  set(group: string, configs: GroupConfigs): void {
    const store = this.#store;
    const groups = new Map(this.#groups);
    if (configs.size === 0) groups.delete(group);
    else groups.set(group, configs);
    const entries = [...groups].flatMap(([name, own]) =>
      Array.from(own, ([key, value]) => ({ group: name, name: key, value })),
    );
    store.writing(() => writeGroupConfigs(store.fileSystem, store.directory, entries));
    this.#groups = groups;
    this.#obey();
  }

  #obey(): void {
    const overrides = Array.from(this.#groups, ([group, configs]) => [group, overridesOf(configs)] as const);
    this.#store.groupCoordinator.overrideSettings(new Map(overrides));
  }
}
