/** ApiVersions: what is registered, in the versions that are advertised. */
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { apiVersions } from '../../protocol/apis/18-api-versions.ts';
import { defineHandler, type Handler } from '../handler.ts';

export const API_VERSIONS_KEY = apiVersions.key;

interface AdvertisedApi {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** In the order of their keys. */
export function advertisedApis(handlers: Iterable<Handler>): AdvertisedApi[] {
  return Array.from(handlers, ({ api, advertisedFrom, maxVersion }) => ({
    apiKey: api.key,
    minVersion: advertisedFrom,
    maxVersion,
  })).sort((a, b) => a.apiKey - b.apiKey);
}

/** Clients write in transactions of this version where it is finalized, and of versions before where it is not (KIP-890). */
const TRANSACTION_VERSION = 2;
const transactionVersion = 'transaction.version';
/** Of the consumer protocol (KIP-848). */
const GROUP_VERSION = 1;
const groupVersion = 'group.version';
/** In version 3 a least version of 0 cannot be told (KAFKA-17011), so what has one is left out there. */
const ZERO_SINCE = 4;

/** Of each the level that is finalized, and at most supported; from 0 on. */
const levels = [
  [groupVersion, GROUP_VERSION],
  [transactionVersion, TRANSACTION_VERSION],
] as const;

function features(version: number) {
  return {
    supportedFeatures:
      version >= ZERO_SINCE ? levels.map(([name, maxVersion]) => ({ name, minVersion: 0, maxVersion })) : [],
    finalizedFeaturesEpoch: 0,
    finalizedFeatures: levels.map(([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
  };
}

/** What a client calls itself, as Kafka demands it (ApiVersionsRequest.isValid). */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

export function apiVersionsHandler(handlers: ReadonlyMap<number, Handler>): Handler {
  return defineHandler({
    api: apiVersions,
    versions: '0-4',
    beforeAuthentication: true,
    handle(request, { version, session }) {
      const { clientSoftwareName: name, clientSoftwareVersion } = request;
      if (version >= 3) {
        if (!SOFTWARE.test(name) || !SOFTWARE.test(clientSoftwareVersion))
          return { errorCode: kafkaErrorCodes.INVALID_REQUEST, apiKeys: [] };
        session.clientSoftware = { name, version: clientSoftwareVersion };
      }
      return { errorCode: kafkaErrorCodes.NONE, apiKeys: advertisedApis(handlers.values()), ...features(version) };
    },
  });
}
