/**
 * Fetch: batches as they stand in the files, views straight to the socket; at once when there are enough, otherwise when there are or the time is over.
 *
 *     FetchSessions.plan -> lookOnce (fetch-read.ts) -> enough? -> answer
 *                                                    -> waitForNews (fetch-wait.ts) -> look again
 */
import type { ResponseInputOf } from '../../protocol/api.ts';
import { fetch } from '../../protocol/apis/01-fetch.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { type AskedPartition, type FetchBounds, type FetchLook, lookOnce } from '../fetch-read.ts';
import type { FetchRequest, NamedPartition } from '../fetch-session.ts';
import type { FetchPlan } from '../fetch-sessions.ts';
import { quotaClientOf, throttleFetch } from '../throttle.ts';
import { waitForNews } from '../fetch-wait.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { type Call, defineHandler } from '../handler.ts';

type Response = ResponseInputOf<typeof fetch>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type TopicAnswer = Mutable<Response['responses'][number]> & { partitions: FetchLook['partitions'][number][] };

const IDS_SINCE = 13;
const READ_COMMITTED = 1;

export const fetchHandler = defineHandler({
  api: fetch,
  versions: '4-17',
  handle(request, call) {
    const { config, fetchSessions } = call.broker;
    const { quotas } = call.broker.security;
    const usesIds = call.version >= IDS_SINCE;
    const plan = fetchSessions.plan(request, { usesIds, principal: call.session.principal });
    if (plan.errorCode !== kafkaErrorCodes.NONE) return { errorCode: plan.errorCode, sessionId: 0, responses: [] };
    const asked = plan.partitions.map((named) => located(named, usesIds, call));
    const bounds: FetchBounds = {
      maxBytes: Math.min(request.maxBytes, config['fetch.max.bytes'], quotas.fetch.bytesMax(quotaClientOf(call))),
      isCommitted: request.isolationLevel === READ_COMMITTED,
    };
    const look = lookOnce(call.broker, asked, bounds);
    if (!(look instanceof Promise) && isEnough(look, request)) return answer(plan, look, call);
    return untilEnough(request, { plan, asked, bounds, look }, call);
  },
});

function located(named: NamedPartition, usesIds: boolean, { broker, access }: Call): AskedPartition {
  const topic = usesIds ? broker.store.topicNameOf(named.topicId) : named.topic;
  return { ...named, topic, isDenied: topic !== null && !access.topic(AclOperation.READ, topic) };
}

/** Nothing was asked for, or something cannot be had: the client must not wait for that. */
function isEnough({ size, hasError, partitions }: FetchLook, { minBytes, maxWaitMs }: FetchRequest): boolean {
  return size >= minBytes || hasError || maxWaitMs <= 0 || partitions.length === 0;
}

interface BegunFetch {
  readonly plan: FetchPlan;
  readonly asked: readonly AskedPartition[];
  readonly bounds: FetchBounds;
  readonly look: FetchLook | Promise<FetchLook>;
}

async function untilEnough(request: FetchRequest, begun: BegunFetch, call: Call): Promise<Response> {
  const { broker, session } = call;
  const { plan, asked, bounds } = begun;
  const { signal } = session;
  const until = broker.clock.now() + request.maxWaitMs;
  let look = await begun.look;
  broker.statistics.waitingFetches++;
  try {
    while (!isEnough(look, request)) {
      const isNews = await waitForNews(broker, asked, { waitMs: Math.max(0, until - broker.clock.now()), signal });
      look = await lookOnce(broker, asked, bounds);
      if (!isNews) break;
    }
  } finally {
    broker.statistics.waitingFetches--;
  }
  return answer(plan, look, call);
}

/** Partitions that follow each other and are of one topic stand together. */
function answer(plan: FetchPlan, { partitions, size }: FetchLook, call: Call): Response {
  const throttleTimeMs = throttleFetch(call, size);
  // Nothing is told, so that it comes with the next one.
  if (throttleTimeMs > 0)
    return { throttleTimeMs, errorCode: kafkaErrorCodes.NONE, sessionId: plan.sessionId, responses: [] };
  const { sessionId, told } = plan.conclude(partitions);
  const responses: TopicAnswer[] = [];
  plan.partitions.forEach(({ topic, topicId }, i) => {
    if (told !== 'all' && !told[i]) return;
    const last = responses.at(-1);
    if (last !== undefined && last.topic === topic && last.topicId === topicId) last.partitions.push(partitions[i]);
    else responses.push({ topic, topicId, partitions: [partitions[i]] });
  });
  return { errorCode: kafkaErrorCodes.NONE, sessionId, responses };
}
