/**
 * UpdateFeatures: which version of a feature the cluster has finalized. In version 0 a flag allows a downgrade, from version 1 on its kind does; results for each
 * feature came until version 1.
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, int8, string } from '../field.ts';

export const updateFeatures = defineApi({
  key: 57,
  name: 'UpdateFeatures',
  versions: '0-2',
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 60_000 }),
    featureUpdates: array({
      feature: string(),
      maxVersionLevel: int16(),
      allowDowngrade: bool({ until: 0 }),
      /** 1: upgrade; 2: safe downgrade; 3: downgrade that may lose data. */
      upgradeType: int8({ since: 1, default: 1 }),
    }),
    validateOnly: bool({ since: 1, default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    results: array({ feature: string(), errorCode: int16(), errorMessage: string({ nullableSince: 0 }) }, { until: 1 }),
  },
});
