/** DeleteTopics: deletes topics with their records, by name or, from version 6 on, by id. (ControllerApis.deleteTopics.) */
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { deleteTopics } from '../../protocol/apis/20-delete-topics.ts';
import { ZERO_UUID } from '../../protocol/uuid.ts';
import type { Access } from '../access.ts';
import type { BrokerContext } from '../broker-context.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { DONE, outcomeOf, Refusal, repeated } from '../refusal.ts';

type TopicAnswer = ResponseInputOf<typeof deleteTopics>['responses'][number];

/** By one of them; the other is null or zero. */
interface NamedTopic {
  readonly name: string | null;
  readonly topicId: string;
}

const IDS_SINCE = 6;
/** Clients of before do not know the error. */
const DISABLED_SINCE = 3;

export const deleteTopicsHandler = defineHandler({
  api: deleteTopics,
  versions: '1-6',
  async handle(request, call) {
    const asked = topicsOf(request, call);
    const names = repeated(asked.map(({ name }) => name).filter((name) => name !== null));
    const ids = repeated(asked.map(({ topicId }) => topicId).filter((id) => id !== ZERO_UUID));
    const answered = new Set<string>();
    const responses: TopicAnswer[] = [];
    for (const topic of asked) {
      const key = topic.name ?? topic.topicId;
      const isTwice = (topic.name !== null && names.has(topic.name)) || ids.has(topic.topicId);
      // What comes twice is answered once, and not deleted.
      if (isTwice && answered.has(key)) continue;
      answered.add(key);
      responses.push(await answerOf(topic, isTwice, asked, call));
    }
    return { responses };
  },
});

function topicsOf({ topics, topicNames }: RequestOf<typeof deleteTopics>, { version }: Call): readonly NamedTopic[] {
  return version >= IDS_SINCE ? topics : topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
}

async function answerOf(
  topic: NamedTopic,
  isTwice: boolean,
  asked: readonly NamedTopic[],
  { broker, version, access }: Call,
): Promise<TopicAnswer> {
  let known: NamedTopic = topic;
  try {
    if (!broker.config['delete.topic.enable']) throw disabled(version);
    checkNaming(topic, isTwice);
    if (topic.name !== null) checkAccess(access, AclOperation.DESCRIBE, topic.name);
    const found = resolve(broker, topic);
    // Whose name the client may not know, it is not told by the id either.
    checkAccess(access, AclOperation.DESCRIBE, found.name!);
    if (topic.name === null) known = found;
    checkAccess(access, AclOperation.DELETE, found.name!);
    known = found;
    const isAlsoById = topic.name !== null && asked.some(({ topicId }) => topicId === known.topicId);
    if (isAlsoById)
      throw new Refusal('INVALID_REQUEST', 'The provided topic name maps to an ID that was already supplied.');
    if (isInternalTopic(known.name!))
      throw new Refusal('INVALID_TOPIC_EXCEPTION', `The internal topic ${known.name} cannot be deleted.`);
    await broker.store.deleteTopic(known.name!);
    broker.statistics.failures.forget(known.name!);
    return { ...known, ...DONE };
  } catch (error) {
    return { ...known, ...outcomeOf(broker, error, { ERR_MILLRACE_INVALID_TOPIC: 'UNKNOWN_TOPIC_OR_PARTITION' }) };
  }
}

/** Who may delete on the cluster may delete every topic. */
function checkAccess(access: Access, operation: AclOperation, topic: string): void {
  if (!access.cluster(AclOperation.DELETE)) access.check(operation, ResourceType.TOPIC, topic);
}

function disabled(version: number): Refusal {
  return version < DISABLED_SINCE
    ? new Refusal('INVALID_REQUEST', 'This version does not support topic deletion.')
    : new Refusal('TOPIC_DELETION_DISABLED', 'Topic deletion is disabled.');
}

function checkNaming({ name, topicId }: NamedTopic, isTwice: boolean): void {
  if (name === null && topicId === ZERO_UUID)
    throw new Refusal('INVALID_REQUEST', 'Neither topic name nor id were specified.');
  if (name !== null && topicId !== ZERO_UUID)
    throw new Refusal('INVALID_REQUEST', 'You may not specify both topic name and topic id.');
  if (isTwice) throw new Refusal('INVALID_REQUEST', `Duplicate topic ${name === null ? 'id' : 'name'}.`);
}

function resolve({ store }: BrokerContext, { name, topicId }: NamedTopic): NamedTopic {
  if (name !== null) return { name, topicId: store.topic(name).id };
  const found = store.topicNameOf(topicId);
  if (found === null) throw new Refusal('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.');
  return { name: found, topicId };
}
