/** Who is asked for by quotas, and what happens to one that is above: the answer says for how long, and its connection is not read for so long. */
import { principalParts } from '../security/principal.ts';
import type { QuotaClient } from '../security/client-quotas.ts';
import type { Call } from './handler.ts';

export function quotaClientOf({ session, clientId }: Call): QuotaClient {
  return { user: principalParts(session.principal).name, clientId: clientId ?? '' };
}

/** Counts what is produced. The throttle time, for the answer. */
export function throttleProduce(call: Call): number {
  const throttleMs = call.broker.security.quotas.produce.record(quotaClientOf(call), call.size);
  if (throttleMs > 0) call.session.mute(throttleMs);
  return throttleMs;
}

/** Counts what is about to be sent. Above 0: it must not be, and the client comes again. */
export function throttleFetch(call: Call, size: number): number {
  const { fetch } = call.broker.security.quotas;
  const client = quotaClientOf(call);
  const throttleMs = fetch.record(client, size);
  if (throttleMs === 0) return 0;
  fetch.unrecord(client, size);
  call.session.mute(throttleMs);
  return throttleMs;
}
