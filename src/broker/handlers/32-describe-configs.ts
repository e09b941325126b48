/** DescribeConfigs: the settings of topics, of groups and of the broker, with where each comes from. */
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { describeConfigs } from '../../protocol/apis/32-describe-configs.ts';
import type { BrokerContext } from '../broker-context.ts';
import {
  type ConfigDescription,
  describeBrokerConfig,
  describeClusterConfig,
  describeGroupConfig,
  describeTopicConfig,
} from '../config-description.ts';
import { checkAccess, resourceOf } from '../config-resource.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { type Call, defineHandler } from '../handler.ts';
import { DONE, outcomeOf } from '../refusal.ts';

type Request = RequestOf<typeof describeConfigs>;
type Resource = Request['resources'][number];
type ResourceAnswer = ResponseInputOf<typeof describeConfigs>['results'][number];

export const describeConfigsHandler = defineHandler({
  api: describeConfigs,
  versions: '1-4',
  handle(request, call) {
    return { results: request.resources.map((resource) => answer(resource, request, call)) };
  },
});

function answer(resource: Resource, request: Request, { broker, access }: Call): ResourceAnswer {
  const { resourceType, resourceName, configurationKeys } = resource;
  try {
    checkAccess(access, AclOperation.DESCRIBE_CONFIGS, resource);
    const isAsked = ({ name }: ConfigDescription): boolean =>
      configurationKeys === null || configurationKeys.length === 0 || configurationKeys.includes(name);
    const configs = configsOf(broker, resource)
      .filter(isAsked)
      .map((config) => ({
        ...config,
        synonyms: request.includeSynonyms ? config.synonyms : [],
        documentation: request.includeDocumentation ? config.documentation : null,
      }));
    return { ...DONE, resourceType, resourceName, configs };
  } catch (error) {
    return { ...outcomeOf(broker, error), resourceType, resourceName, configs: [] };
  }
}

function configsOf(broker: BrokerContext, named: Resource): ConfigDescription[] {
  const resource = resourceOf(broker, named);
  if (resource.kind === 'group') return describeGroupConfig(broker, resource.name);
  if (resource.kind === 'topic') return describeTopicConfig(broker, broker.store.topic(resource.name).config);
  return resource.isDefault ? describeClusterConfig(broker) : describeBrokerConfig(broker);
}
