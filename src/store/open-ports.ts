/** The ports through which members in other threads reach the coordinator of a store's groups. They end with their threads, at the latest with the store. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { GroupCoordinator } from '../group/group-requests.ts';
import { CoordinatorPort } from '../member/coordinator-port.ts';
import type { Logger } from '../types.ts';

export class OpenPorts {
  readonly #coordinator: GroupCoordinator;
  readonly #logger: Logger;
  readonly #ports = new Set<CoordinatorPort>();

  constructor(coordinator: GroupCoordinator, { logger }: { readonly logger: Logger }) {
    this.#coordinator = coordinator;
    this.#logger = logger;
  }

  get size(): number {
    return this.#ports.size;
  }

  /** The member's end. */
  open(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const onClosed = (closed: CoordinatorPort): void => void this.#ports.delete(closed);
    this.#ports.add(new CoordinatorPort(port1, this.#coordinator, { logger: this.#logger, onClosed }));
    return port2;
  }

  close(): void {
    for (const port of this.#ports) port.close();
  }
}
