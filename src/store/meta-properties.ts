/**
 * The file `meta.properties`: which cluster and which node a data directory belongs to.
 *
 *     #
 *     version=1
 *     cluster.id=bWlsbHJhY2UtZml4dHVyZQ
 *     node.id=0
 *     directory.id=4j5tDeMVoaUHx0HaYpYUQA
 *
 * Written once, when the directory is new. What another program wrote is read and never changed. (MetaProperties.)
 */
import { join } from 'node:path';
import { readTextFile, writeWholeFile } from '../file/atomic-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import { parseProperties } from './properties-text.ts';
import { randomUuid } from './uuid.ts';

export const META_PROPERTIES = 'meta.properties';

export interface MetaProperties {
  /** null where the file does not say. */
  readonly clusterId: string | null;
  readonly nodeId: number | null;
  readonly directoryId: string | null;
}

/** What the file says; null where there is none. */
export function readMetaProperties(system: FileSystem, directory: string): MetaProperties | null {
  const text = readTextFile(system, join(directory, META_PROPERTIES));
  if (text === null) return null;
  const values = parseProperties(text);
  // Version 0, of the time of ZooKeeper, has a broker.id.
  const nodeId = values.get('node.id') ?? values.get('broker.id') ?? '';
  return {
    clusterId: values.get('cluster.id') ?? null,
    nodeId: /^\d{1,10}$/.test(nodeId) ? Number(nodeId) : null,
    directoryId: values.get('directory.id') ?? null,
  };
}

/** Writes the file of a new directory. */
export function createMetaProperties(system: FileSystem, directory: string, nodeId = 0): MetaProperties {
  const meta = { clusterId: randomUuid(), nodeId, directoryId: randomUuid() };
  const lines = [
    '#',
    'version=1',
    `cluster.id=${meta.clusterId}`,
    `node.id=${meta.nodeId}`,
    `directory.id=${meta.directoryId}`,
  ];
  writeWholeFile(system, join(directory, META_PROPERTIES), `${lines.join('\n')}\n`);
  return meta;
}
