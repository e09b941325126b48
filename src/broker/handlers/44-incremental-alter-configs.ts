/** IncrementalAlterConfigs: some settings of a topic or of the broker: set, taken back, or changed as lists (KIP-339). */
import { incrementalAlterConfigs } from '../../protocol/apis/44-incremental-alter-configs.ts';
import { changeConfigs } from '../config-change.ts';
import { defineHandler } from '../handler.ts';

export const incrementalAlterConfigsHandler = defineHandler({
  api: incrementalAlterConfigs,
  versions: '0-1',
  async handle({ resources, validateOnly }, call) {
    const changed = resources.map(({ resourceType, resourceName, configs }) => ({
      resourceType,
      resourceName,
      isWhole: false,
      changes: configs,
    }));
    return { responses: await changeConfigs(call, changed, validateOnly) };
  },
});
