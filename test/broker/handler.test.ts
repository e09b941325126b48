import { expect, test } from 'vitest';
import { defineHandler } from '#millrace/broker/handler.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';

const handle = () => ({ errorCode: 0, apiKeys: [] });

test('versions are a range, or one alone', () => {
  expect(defineHandler({ api: apiVersions, versions: '1-3', handle })).toMatchObject({
    minVersion: 1,
    maxVersion: 3,
    advertisedFrom: 1,
  });
  expect(defineHandler({ api: apiVersions, versions: '2', handle })).toMatchObject({ minVersion: 2, maxVersion: 2 });
});

test('what is left out is off', () => {
  const handler = defineHandler({ api: apiVersions, versions: '0', advertisedFrom: 0, handle });
  expect(handler).toMatchObject({ overlaps: false, beforeAuthentication: false, advertisedFrom: 0 });
});
