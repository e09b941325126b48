/** The listeners of a broker, by their plans: what they share is made here. */
import { isMillraceError, MillraceError } from '../errors.ts';
import type { BrokerContext } from './broker-context.ts';
import { saslSettings } from './broker-security.ts';
import { hasSasl, hasTls, type ListenerPlan } from './config/listener-plan.ts';
import { ConnectionBound, type ConnectionBounds } from './connection-bound.ts';
import { allHandlers } from './handlers.ts';
import { Listener } from './listener.ts';
import type { EffectiveConfig, LiveConfig } from './live-config.ts';
import { ReadBuffers } from './read-buffers.ts';
import { RequestDispatch } from './request-dispatch.ts';
import { RequestMemory } from './request-memory.ts';
import { type TlsSettings, tlsSettings } from './tls-settings.ts';

/** All of them, or none. */
export async function openListeners(plans: readonly ListenerPlan[], context: BrokerContext): Promise<Listener[]> {
  const { config, liveConfig, clock, logger, security } = context;
  const bound = new ConnectionBound(boundsOf(liveConfig.effective));
  liveConfig.add((next) => bound.changeTo(boundsOf(next)));
  const memory = new RequestMemory(config['queued.max.request.bytes']);
  const buffers = new ReadBuffers();
  const dispatch = new RequestDispatch(allHandlers(), context);
  let connections = 0;
  const opened: Listener[] = [];
  try {
    for (const plan of plans) {
      const { name, host, port } = plan;
      const listener = await Listener.open({
        name,
        host,
        port,
        tls: hasTls(plan) ? tlsOf(plan, liveConfig.effective) : null,
        sasl: hasSasl(plan) ? saslSettings(liveConfig.effective, name, { security, clock }) : null,
        dispatch,
        clock,
        logger,
        bound,
        memory,
        buffers,
        backlog: config['socket.listen.backlog.size'],
        maxRequestSize: config['socket.request.max.bytes'],
        idleMs: config['connections.max.idle.ms'],
        nextConnectionId: () => ++connections,
      });
      opened.push(listener);
      if (hasTls(plan)) obeyCertificates(listener, plan, liveConfig);
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map((listener) => listener.close(0)));
    throw error;
  }
}

function boundsOf(effective: EffectiveConfig): ConnectionBounds {
  const { config } = effective;
  return {
    most: config['max.connections'],
    mostOf: (listener) => effective.ofListener(listener)['max.connections'],
    mostPerAddress: config['max.connections.per.ip'],
    perAddress: config['max.connections.per.ip.overrides'],
  };
}

/**
 * Files are read anew where the change speaks of the listener's, so that one that was replaced in its place is taken. Other changes leave them alone: they need not be
 * there, nor fit each other, while somebody replaces them.
 */
function obeyCertificates(listener: Listener, plan: ListenerPlan, liveConfig: LiveConfig): void {
  const prefix = `listener.name.${plan.name.toLowerCase()}.ssl.`;
  liveConfig.add((next, touched) => {
    if (![...touched].some((name) => name.startsWith(prefix))) return () => undefined;
    const settings = changedTls(plan, next);
    return () => listener.configureTls(settings);
  });
}

/** A file that cannot be read is a fault of who names it, and none of the broker's disk. */
function changedTls(plan: ListenerPlan, effective: EffectiveConfig): TlsSettings {
  try {
    return tlsOf(plan, effective);
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', error.message, { cause: error });
  }
}

function tlsOf({ name, clientAuth }: ListenerPlan, effective: EffectiveConfig): TlsSettings {
  return tlsSettings({ ...effective.ofListener(name), 'ssl.client.auth': clientAuth });
}
