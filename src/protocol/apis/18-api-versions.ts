/**
 * ApiVersions: which APIs a broker has, in which versions; the first request on a connection.
 *
 * Its response never has tags in the header, and a request of a version that the broker has not is answered by version 0 with UNSUPPORTED_VERSION, so that
 * the client can ask again (KIP-511). Finalized features are valid where the epoch is not -1.
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, int64, string } from '../field.ts';

export const apiVersions = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: '0-4',
  flexible: 3,
  request: {
    clientSoftwareName: string({ since: 3 }),
    clientSoftwareVersion: string({ since: 3 }),
  },
  response: {
    errorCode: int16(),
    apiKeys: array({ apiKey: int16(), minVersion: int16(), maxVersion: int16() }),
    throttleTimeMs: int32({ since: 1, default: 0 }),
    supportedFeatures: array({ name: string(), minVersion: int16(), maxVersion: int16() }, { since: 3, tag: 0 }),
    finalizedFeaturesEpoch: int64({ since: 3, tag: 1, default: -1 }),
    finalizedFeatures: array(
      { name: string(), maxVersionLevel: int16(), minVersionLevel: int16() },
      { since: 3, tag: 2 },
    ),
    zkMigrationReady: bool({ since: 3, tag: 3, default: false }),
  },
});
