/** The APIs of Kafka that this library can read and write: by name, as `apis.fetch`, and by key. */
import type { Api } from './api.ts';
import { produce } from './apis/00-produce.ts';
import { fetch } from './apis/01-fetch.ts';
import { listOffsets } from './apis/02-list-offsets.ts';
import { metadata } from './apis/03-metadata.ts';
import { apiVersions } from './apis/18-api-versions.ts';
import { createTopics } from './apis/19-create-topics.ts';
import { initProducerId } from './apis/22-init-producer-id.ts';

/** In the order of their keys. */
export const apis = {
  produce,
  fetch,
  listOffsets,
  metadata,
  apiVersions,
  createTopics,
  initProducerId,
};

const byKey = new Map<number, Api>(Object.values(apis).map((api) => [api.key, api]));

/** The API of a key; undefined if this library does not know it. */
export function apiOf(key: number): Api | undefined {
  return byKey.get(key);
}
