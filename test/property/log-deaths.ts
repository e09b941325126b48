/** Deaths of the process and of the machine in the model test: between two operations, in the middle of one, and again while the log recovers. */
import { isMillraceError } from '#millrace/errors.js';
import type { LogRecoveryReport } from '#millrace/log/log-recovery.js';
import { checkCompacted, compact, planCompaction, settleFates } from './log-compaction-life.ts';
import { settled } from './log-inspection.ts';
import { adopt, type Bounds, checkAll, equal } from './log-model.ts';
import { retainStep } from './log-retention-life.ts';
import { Killed, type LogScene } from './log-scene.ts';
import type { OpenBatchLife } from './open-batch-life.ts';

export type Death = 'kill' | 'powerFailure';

/** What the process may be at when it dies, beside the log's own operations. */
export interface LastActs {
  append(): void;
  moveStart(offset: number): void;
  /** Where a cut at `offset` will leave the log. */
  endOfCut(offset: number): number;
  cutTo(end: number): void;
}

export class LogDeaths {
  readonly #scene: LogScene;
  readonly #batches: OpenBatchLife;
  readonly #acts: LastActs;

  constructor(scene: LogScene, batches: OpenBatchLife, acts: LastActs) {
    this.#scene = scene;
    this.#batches = batches;
    this.#acts = acts;
  }

  /** Ends the process or the machine, recovers, and compares. */
  async stop(how: Death, bounds = this.#bounds(how)): Promise<void> {
    const scene = this.#scene;
    const { harness, model } = scene;
    const before = model.end;
    scene.system.capacity = Infinity;
    scene.system = how === 'kill' ? scene.system.kill() : scene.system.crash(scene.random);
    scene.halfCut = false;
    this.#batches.forget();
    const report = this.#recover(how);
    // A log without segments, or one that ends before its start, goes on at its start.
    if (report.endOffset >= harness.startOffset) equal(report.endOffset, scene.log.endOffset, 'end in the report');
    scene.detail(`${how} -> [${scene.log.startOffset}, ${scene.log.endOffset})`);
    adopt(scene.log, model, bounds);
    settleFates(scene);
    if (how === 'powerFailure') scene.lost += before - model.end;
    scene.acknowledged = model.end;
    scene.epoch = Math.max(scene.epoch, scene.log.leaderEpochs.latest);
    checkAll(scene.log, model, scene.random);
  }

  /** The process or the machine dies in one of the system calls of the next operation. */
  async dieDuring(): Promise<void> {
    const scene = this.#scene;
    const { random, model } = scene;
    const how = random.pick<Death>(['kill', 'powerFailure']);
    const bounds = this.#bounds(how);
    const operation = random.pick([
      'append',
      'openBatch',
      'deleteRecords',
      'retain',
      'truncateTo',
      'truncateFully',
      'checkpoint',
      'roll',
      'close',
      'compact',
      'compact',
    ]);
    scene.detail(operation);
    const offset = random.between(model.start, model.end);
    let after = this.#boundsDuring(operation, offset, bounds);
    const isLong = operation === 'compact';
    const plan = isLong ? planCompaction(scene) : null;
    this.#dieAfter(random.between(1, isLong ? 60 : 12));
    try {
      if (plan !== null) checkCompacted(scene, plan, await compact(scene));
      else await this.#do(operation, offset);
      // It was through before the call came: the state is known exactly.
      scene.acknowledged = Math.min(scene.acknowledged, model.end);
      if (operation !== 'close') after = this.#bounds(how);
    } catch (error) {
      // An error that has come from another thread has lost its class.
      const isKilled = error instanceof Killed || (error as Error).message === new Killed().message;
      if (!isKilled && !isMillraceError(error)) throw error;
      if (operation === 'append' || operation === 'openBatch') after = { ...this.#bounds(how), start: bounds.start };
    }
    scene.system.fault = null;
    // Whatever it was, it may have sealed the open batch before it died.
    const [least, most] = after.end;
    await this.stop(how, { ...after, end: [least, Math.max(most, model.end)] });
  }

  #dieAfter(calls: number): void {
    this.#scene.system.fault = () => {
      if (--calls <= 0) throw new Killed();
      return null;
    };
  }

  async #do(operation: string, offset: number): Promise<void> {
    const { log, model, harness, system } = this.#scene;
    if (operation === 'append') {
      for (let i = 0; i < 20; i++) this.#acts.append();
    } else if (operation === 'openBatch') {
      for (let i = 0; i < 10; i++) {
        this.#batches.add();
        if (this.#scene.random.chance(0.3)) this.#batches.seal();
      }
    } else if (operation === 'deleteRecords') {
      model.deletedTo = Math.max(model.deletedTo, offset);
      log.deleteRecords(offset);
      this.#acts.moveStart(offset);
    } else if (operation === 'retain') {
      model.deletedTo = model.end;
      this.#acts.moveStart(retainStep(this.#scene));
    } else if (operation === 'truncateTo') {
      const end = this.#acts.endOfCut(offset);
      log.truncateTo(offset);
      this.#acts.cutTo(end);
    } else if (operation === 'truncateFully') {
      log.truncateFullyAndStartAt(offset);
      model.restart(offset);
    } else if (operation === 'checkpoint') await settled(system, harness.checkpoint());
    else if (operation === 'roll') log.roll();
    else await settled(system, harness.close());
  }

  #bounds(how: Death): Bounds {
    const { model, harness, halfCut, acknowledged, log } = this.#scene;
    const start = [Math.min(harness.startOffset, model.start), model.start] as const;
    if (halfCut) return { start: [0, Infinity], end: [0, Infinity] };
    if (how === 'kill') return { start: [model.base, model.start], end: [model.end, model.end] };
    const durable = Math.max(acknowledged, Math.min(log.durableOffset, model.end));
    return { start: [Math.min(start[0], model.base), model.start], end: [durable, model.end] };
  }

  /** What may be left of an operation that did not come back. */
  #boundsDuring(operation: string, offset: number, bounds: Bounds): Bounds {
    const { model, harness } = this.#scene;
    const { start } = model;
    const [least, most] = bounds.end;
    if (operation === 'deleteRecords') return { ...bounds, start: [bounds.start[0], Math.max(offset, start)] };
    if (operation === 'retain') return { ...bounds, start: [bounds.start[0], this.#scene.model.end] };
    if (operation === 'truncateTo') {
      return { start: [0, start], end: [Math.min(this.#acts.endOfCut(offset), least), most] };
    }
    if (operation === 'truncateFully') {
      // All segments gone and the new one not yet there: the log goes on where its checkpoint says that it starts.
      const emptied = Math.min(offset, harness.startOffset);
      return { start: [0, Math.max(start, offset)], end: [emptied, Math.max(offset, most)] };
    }
    return bounds;
  }

  /** At times the process or the machine dies during recovery, and it begins again. */
  #recover(how: Death): LogRecoveryReport {
    const scene = this.#scene;
    while (scene.random.chance(0.2)) {
      this.#dieAfter(scene.random.between(1, 40));
      try {
        scene.harness.recover(scene.system);
        scene.detail('opened,');
      } catch (error) {
        if (!(error instanceof Killed) && !isMillraceError(error, 'ERR_MILLRACE_OFFLINE')) throw error;
        scene.detail('died in recovery,');
      }
      scene.system = how === 'kill' ? scene.system.kill() : scene.system.crash(scene.random);
    }
    return scene.harness.recover(scene.system);
  }
}
