/**
 * Fetch: batches as they stand in the files, views straight to the socket; at once when there are enough, otherwise when there are or the time is over.
 *
 *     FetchSessions.plan -> lookOnce (fetch-read.ts) -> enough? -> answer
 *                                                    -> waitForNews (fetch-wait.ts) -> look again
 */
import { SENT_AWAY_MS, WAITING_PARTITIONS_MAX } from '../../limits.ts';
import type { ResponseInputOf } from '../../protocol/api.ts';
import { fetch } from '../../protocol/apis/01-fetch.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { type FetchLook, type FetchReading, lookOnce } from '../fetch-read.ts';
import type { FetchPlan } from '../fetch-sessions.ts';
import { quotaClientOf, throttleFetch } from '../throttle.ts';
import { waitForNews } from '../fetch-wait.ts';
import { type Call, defineHandler } from '../handler.ts';

type Response = ResponseInputOf<typeof fetch>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type TopicAnswer = Mutable<Response['responses'][number]> & { partitions: FetchLook['partitions'][number][] };

const IDS_SINCE = 13;
const READ_COMMITTED = 1;

export const fetchHandler = defineHandler({
  api: fetch,
  versions: '4-17',
  keepsNoBytes: true,
  waits: true,
  handle(request, call) {
    const { config, fetchSessions } = call.broker;
    const { quotas } = call.broker.security;
    const usesIds = call.version >= IDS_SINCE;
    const plan = fetchSessions.plan(request, { usesIds, principal: call.session.principal });
    if (plan.errorCode !== kafkaErrorCodes.NONE) return { errorCode: plan.errorCode, sessionId: 0, responses: [] };
    const { maxWaitMs, isolationLevel } = request;
    const maxBytes = Math.min(request.maxBytes, config['fetch.max.bytes'], quotas.fetch.bytesMax(quotaClientOf(call)));
    const reading: FetchReading = {
      broker: call.broker,
      access: call.access,
      usesIds,
      maxBytes,
      minBytes: Math.min(request.minBytes, maxBytes),
      isCommitted: isolationLevel === READ_COMMITTED,
    };
    const begun: BegunFetch = { plan, reading, maxWaitMs, until: call.broker.clock.now() + maxWaitMs };
    const look = lookOnce(reading, plan.partitions);
    return look instanceof Promise ? look.then((found) => conclude(found, begun, call)) : conclude(look, begun, call);
  },
});

interface BegunFetch {
  readonly plan: FetchPlan;
  readonly reading: FetchReading;
  readonly maxWaitMs: number;
  /** By the broker's clock. */
  readonly until: number;
}

function conclude(look: FetchLook, begun: BegunFetch, call: Call): Response | Promise<Response> {
  if (isEnough(look, begun)) return answer(begun.plan, look, call);
  return mayWait(begun, call) ? untilEnough(look.ends, begun, call) : sentAway(look, begun, call);
}

/** Each partition that is waited for takes memory: the bound holds for all clients together, since one may have many connections. */
function mayWait({ plan }: BegunFetch, { broker }: Call): boolean {
  return broker.statistics.waitingPartitions + plan.partitions.length <= WAITING_PARTITIONS_MAX;
}

/** Like one above its quota: answered with what there is, and not read for a while, so that it does not ask all the time. */
function sentAway(look: FetchLook, { plan, maxWaitMs }: BegunFetch, call: Call): Response {
  const response = answer(plan, look, call);
  const throttleTimeMs = Math.max(response.throttleTimeMs ?? 0, Math.min(maxWaitMs, SENT_AWAY_MS));
  call.session.mute(throttleTimeMs);
  return { ...response, throttleTimeMs };
}

/** Nothing was asked for, or something cannot be had: the client must not wait for that. */
function isEnough(look: FetchLook, { maxWaitMs }: BegunFetch): boolean {
  return look.isEnough || look.hasError || maxWaitMs <= 0 || look.partitions.length === 0;
}

/** Thousands wait at a time, for seconds: neither the request nor what was found is kept, but where the logs ended. */
async function untilEnough(ends: readonly number[], begun: BegunFetch, call: Call): Promise<Response> {
  const { plan, reading, until } = begun;
  const { clock, statistics } = call.broker;
  const { signal } = call.session;
  const asked = plan.partitions;
  statistics.waitingFetches++;
  statistics.waitingPartitions += asked.length;
  try {
    for (;;) {
      const waitMs = Math.max(0, until - clock.now());
      const isNews = await waitForNews(reading, { asked, ends, waitMs, signal });
      const look = await lookOnce(reading, asked);
      if (!isNews || clock.now() >= until || isEnough(look, begun)) return answer(plan, look, call);
      ends = look.ends;
    }
  } finally {
    statistics.waitingFetches--;
    statistics.waitingPartitions -= asked.length;
  }
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
