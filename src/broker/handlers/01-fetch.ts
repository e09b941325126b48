/**
 * Fetch: batches as they stand in the files, views straight to the socket; at once when there are enough, otherwise when there are or the time is over.
 *
 *     lookOnce (fetch-read.ts) -> enough? -> answer
 *                              -> waitForNews (fetch-wait.ts) -> look again
 */
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { fetch } from '../../protocol/apis/01-fetch.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import {
  type AskedPartition,
  type FetchBounds,
  type FetchedPartition,
  type FetchLook,
  lookOnce,
} from '../fetch-read.ts';
import { waitForNews } from '../fetch-wait.ts';
import { type Call, defineHandler } from '../handler.ts';

type Request = RequestOf<typeof fetch>;
type Response = ResponseInputOf<typeof fetch>;

const IDS_SINCE = 13;
const READ_COMMITTED = 1;

export const fetchHandler = defineHandler({
  api: fetch,
  versions: '4-17',
  handle(request, call) {
    const asked = partitionsOf(request, call);
    const { config } = call.broker;
    const bounds: FetchBounds = {
      maxBytes: Math.min(request.maxBytes, config['fetch.max.bytes']),
      isCommitted: request.isolationLevel === READ_COMMITTED,
    };
    const look = lookOnce(call.broker, asked, bounds);
    if (!(look instanceof Promise) && isEnough(look, request)) return answer(request, look);
    return untilEnough(request, asked, { look, bounds }, call);
  },
});

function partitionsOf({ topics }: Request, { broker, version }: Call): AskedPartition[] {
  return topics.flatMap(({ topic: name, topicId, partitions }) => {
    const topic = version >= IDS_SINCE ? broker.store.topicNameOf(topicId) : name;
    return partitions.map((asked) => ({ ...asked, topic }));
  });
}

/** Nothing was asked for, or something cannot be had: the client must not wait for that. */
function isEnough({ size, hasError, partitions }: FetchLook, { minBytes, maxWaitMs }: Request): boolean {
  return size >= minBytes || hasError || maxWaitMs <= 0 || partitions.length === 0;
}

async function untilEnough(
  request: Request,
  asked: readonly AskedPartition[],
  first: { readonly look: FetchLook | Promise<FetchLook>; readonly bounds: FetchBounds },
  { broker, session }: Call,
): Promise<Response> {
  const { signal } = session;
  const until = broker.clock.now() + request.maxWaitMs;
  let look = await first.look;
  while (!isEnough(look, request)) {
    const isNews = await waitForNews(broker, asked, { waitMs: Math.max(0, until - broker.clock.now()), signal });
    look = await lookOnce(broker, asked, first.bounds);
    if (!isNews) break;
  }
  return answer(request, look);
}

/** Sessions are declined: every partition is answered (KIP-227). */
function answer({ topics }: Request, { partitions }: FetchLook): Response {
  let next = 0;
  return {
    errorCode: kafkaErrorCodes.NONE,
    sessionId: 0,
    responses: topics.map(({ topic, topicId, partitions: asked }) => {
      const own: readonly FetchedPartition[] = partitions.slice(next, (next += asked.length));
      return { topic, topicId, partitions: own };
    }),
  };
}
