/** What happens to a request that meets an injected fault, in this order: it is delayed, the disk fails, it is dropped or answered with an error, or it is handled. */
import type { AppliedFault } from './faults.ts';
import type { Call, Handler, Message } from './handler.ts';
import { sessionDelay } from './session-delay.ts';

export interface FaultyCall {
  readonly handler: Handler;
  readonly request: object;
  readonly call: Call;
}

/** Null where there is no answer: the client waits for none, or its connection is closed. */
export async function undergo(
  { delayMs, disk, drop, answer }: AppliedFault,
  { handler, request, call }: FaultyCall,
): Promise<Message | null> {
  const { session, broker } = call;
  if (delayMs !== undefined) await sessionDelay(broker.clock, delayMs, session.signal);
  if (disk === 'EIO') broker.store.takeOffline(diskError());
  if (drop === 'request') {
    session.destroy();
    return null;
  }
  const response = answer ?? (await handler.handle(request, call));
  if (drop === 'answer') {
    session.destroy();
    return null;
  }
  if (answer !== null && waitsForNone(request)) {
    // Kafka's way to tell a client that nothing came of it.
    session.destroy();
    return null;
  }
  return response;
}

/** Produce with `acks` 0. */
function waitsForNone(request: object): boolean {
  return 'acks' in request && request.acks === 0;
}

/** As the system gives it. */
function diskError(): Error {
  return Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', errno: -5, syscall: 'fdatasync' });
}
