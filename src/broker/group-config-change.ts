/** Changes of what a group has of its own that clients ask for, all or none. (ControllerConfigurationValidator, GroupConfig.) */
import type { BrokerContext } from './broker-context.ts';
import { faultOf, groupSettings } from './config/group-setting.ts';
import { type AskedChange, operations } from './config-operation.ts';
import { Refusal } from './refusal.ts';

export interface GroupChange {
  readonly group: string;
  readonly changes: readonly AskedChange[];
  /** What is not named is the broker's again. */
  readonly isWhole: boolean;
}

export function changeGroupConfig(
  broker: BrokerContext,
  { group, changes, isWhole }: GroupChange,
  validateOnly: boolean,
): void {
  const changed = new Map(isWhole ? [] : broker.groupSettings.of(group));
  for (const { name, configOperation, value } of changes) {
    if (configOperation === operations.delete) changed.delete(name);
    else if (configOperation === operations.set) changed.set(name, value!);
    else throw new Refusal('INVALID_CONFIG', refusalOfList(name, configOperation));
  }
  const fault = faultOf(changed, broker.config);
  if (fault !== null) throw new Refusal('INVALID_CONFIG', fault);
  if (!validateOnly) broker.groupSettings.set(group, changed);
}

function refusalOfList(name: string, configOperation: number): string {
  const operation = configOperation === operations.append ? 'APPEND' : 'SUBTRACT';
  const isKnown = groupSettings.some((each) => each.name === name);
  return isKnown
    ? `Can't ${operation} to key ${name} because its type is not LIST.`
    : `Unknown group config name: ${name}`;
}
