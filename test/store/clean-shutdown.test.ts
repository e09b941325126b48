import { expect, test } from 'vitest';
import { removeCleanShutdown, wasCleanlyStopped, writeCleanShutdown } from '#millrace/store/clean-shutdown.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { DATA, read } from './store-fixture.ts';

function inMemory(): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  system.syncDirectory('/');
  return system;
}

test('the marker is Kafka’s', () => {
  const system = inMemory();
  writeCleanShutdown(system, DATA);
  expect(JSON.parse(read(system, `${DATA}/.kafka_cleanshutdown`))).toEqual({ version: 0, brokerEpoch: -1 });
});

test('it is there after a power failure, and so is its absence', () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = new Random(seed);
    let system = inMemory();
    expect(wasCleanlyStopped(system, DATA)).toBe(false);
    writeCleanShutdown(system, DATA);
    system = system.crash(random);
    expect(wasCleanlyStopped(system, DATA), `seed ${seed}`).toBe(true);
    removeCleanShutdown(system, DATA);
    system = system.crash(random);
    expect(wasCleanlyStopped(system, DATA), `seed ${seed}`).toBe(false);
  }
});
