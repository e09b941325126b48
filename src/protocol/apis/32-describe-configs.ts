/**
 * DescribeConfigs: settings of topics and brokers, where each comes from and, if asked for, what it means. Names null asks for all.
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, int8, string } from '../field.ts';

export const describeConfigs = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: '1-4',
  flexible: 4,
  request: {
    resources: array({
      /** 2: a topic; 4: a broker; 8: a broker’s loggers; 16: metrics of clients; 32: a group. */
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: array(string(), { nullableSince: 0 }),
    }),
    includeSynonyms: bool({ default: false }),
    includeDocumentation: bool({ since: 3, default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      /** 2: a topic; 4: a broker; 8: a broker’s loggers; 16: metrics of clients; 32: a group. */
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: string({ nullableSince: 0 }),
        readOnly: bool(),
        /** Which of the places where a setting can stand it comes from, by Kafka’s numbers. */
        configSource: int8({ default: -1 }),
        isSensitive: bool(),
        synonyms: array({ name: string(), value: string({ nullableSince: 0 }), source: int8() }),
        configType: int8({ since: 3, default: 0 }),
        documentation: string({ since: 3, nullableSince: 0 }),
      }),
    }),
  },
});
