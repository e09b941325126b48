/** AlterConfigs: all settings of a topic or of the broker at once; what is not named goes back to its default. */
import { alterConfigs } from '../../protocol/apis/33-alter-configs.ts';
import { changeConfigs } from '../config-change.ts';
import { operations } from '../config-operation.ts';
import { defineHandler } from '../handler.ts';

export const alterConfigsHandler = defineHandler({
  api: alterConfigs,
  versions: '0-2',
  async handle({ resources, validateOnly }, call) {
    const changed = resources.map(({ resourceType, resourceName, configs }) => ({
      resourceType,
      resourceName,
      isWhole: true,
      changes: configs.map((config) => ({ ...config, configOperation: operations.set })),
    }));
    return { responses: await changeConfigs(call, changed, validateOnly) };
  },
});
