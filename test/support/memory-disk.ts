/**
 * What lies under a `MemoryFileSystem`: files with the content that programs see and the content that the platter has, and a journal of
 * changes to names and sizes that are not known to be on the platter.
 *
 * The model is that of ext4 and XFS, made weaker where POSIX allows it. Changes of names and sizes go into one journal, and a power failure
 * keeps a beginning of it. `syncFile` makes the file's size and content durable and not its name (ext4 would keep that too); `syncDirectory`
 * makes the names in one directory durable; both bring along the sizes of all files as they are, since the journal is written in order. A dirty page is on the platter or not, each for itself; a few are there by half.
 */
import { dirname } from 'node:path';
import type { Random } from './random.ts';

export const PAGE_SIZE = 4096;
const SECTOR_SIZE = 512;
const ZEROS = Buffer.alloc(PAGE_SIZE);

let inodes = 0;

export class Inode {
  readonly number = ++inodes;
  readonly bytesMax: number;
  /** What programs see: whole pages, as many as the file has had; as large as it may ever become from its first window on, so that windows never move. */
  memory = Buffer.alloc(0);
  size = 0;
  /** A test may say when the file was changed last. */
  modifiedMs = 0;
  /** Bytes from the beginning on that have blocks. */
  reserved = 0;
  /** What the platter has for sure, or has because the kernel happened to write it. */
  platter: Buffer;
  /** Its size on the platter; later ones stand in the journal. */
  durableSize = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.platter = Buffer.alloc(0);
  }

  /** Makes room for a file of `size` bytes. Most files are small and nobody maps them: room for all that they might become took half of a test's time. */
  makeRoom(size: number): void {
    if (size <= this.memory.length) return;
    const larger = Math.min(this.bytesMax, Math.ceil(Math.max(size, 2 * this.memory.length) / PAGE_SIZE) * PAGE_SIZE);
    // Of its own, never of Node's pool: windows are made of the whole of it.
    const memory = Buffer.from(new ArrayBuffer(larger));
    this.memory.copy(memory);
    this.memory = memory;
  }

  /** A store past the end of a mapped file is a SIGBUS, or is lost; here it is found out later. */
  checkPastEnd(path: string): void {
    const end = Math.ceil(this.size / PAGE_SIZE) * PAGE_SIZE;
    for (let at = end; at < Math.min(this.memory.length, end + 8 * PAGE_SIZE); at += PAGE_SIZE) {
      const page = this.memory.subarray(at, at + PAGE_SIZE);
      if (!page.equals(ZEROS.subarray(0, page.length))) {
        throw new Error(`SIGBUS: ${path} of ${this.size} bytes was written in the page at ${at}`);
      }
    }
  }

  setPlatterPage(page: number, from: Uint8Array, begin: number, end: number): void {
    const at = page * PAGE_SIZE;
    if (this.platter.length < at + PAGE_SIZE) {
      const larger = Buffer.alloc(at + PAGE_SIZE);
      this.platter.copy(larger);
      this.platter = larger;
    }
    this.platter.set(from.subarray(at + begin, at + end), at + begin);
  }

  /** Pages whose content on the platter is not what programs see. */
  dirtyPages(): number[] {
    const pages: number[] = [];
    for (let page = 0; page * PAGE_SIZE < this.size; page++) {
      const at = page * PAGE_SIZE;
      const end = at + PAGE_SIZE;
      const seen = this.memory.subarray(at, end);
      const kept = this.platter.subarray(at, end);
      const same = kept.length === PAGE_SIZE ? seen.equals(kept) : seen.equals(ZEROS.subarray(0, seen.length));
      if (!same) pages.push(page);
    }
    return pages;
  }
}

/** A directory entry: a file, or a directory. */
export type Node = Inode | 'directory';
export type Names = Map<string, Node>;

interface Change {
  /** Directories whose entries it changes; none for a size. */
  readonly directories: readonly string[];
  readonly inode: Inode | null;
  /** For a size: the new one. */
  readonly size: number;
  durable: boolean;
  apply(names: Names): void;
}

export class MemoryDisk {
  readonly names: Names = new Map([['/', 'directory']]);
  /** Names as the durable beginning of the journal has them. */
  readonly #durableNames: Names = new Map([['/', 'directory']]);
  #journal: Change[] = [];
  readonly locks = new Map<string, object>();
  used = 0;

  changeNames(directories: readonly string[], apply: (names: Names) => void): void {
    apply(this.names);
    this.#journal.push({ directories, inode: null, size: 0, durable: false, apply });
  }

  changeSize(inode: Inode, size: number): void {
    inode.makeRoom(size);
    if (size < inode.size) inode.memory.fill(0, size, inode.size);
    inode.size = size;
    this.#journal.push({ directories: [], inode, size, durable: false, apply: () => undefined });
  }

  syncFile(inode: Inode): void {
    this.#fold();
    inode.platter = Buffer.from(inode.memory.subarray(0, Math.ceil(inode.size / PAGE_SIZE) * PAGE_SIZE));
  }

  syncDirectory(path: string): void {
    const wanted = new Set([path]);
    // A rename is one step for both its directories, and brings along what happened in the other before it.
    for (let i = this.#journal.length - 1; i >= 0; i--) {
      const change = this.#journal[i];
      if (!change.directories.some((directory) => wanted.has(directory))) continue;
      change.durable = true;
      for (const directory of change.directories) wanted.add(directory);
    }
    this.#fold();
  }

  syncAll(): void {
    for (const node of this.names.values()) if (node !== 'directory') this.syncFile(node);
    for (const change of this.#journal) change.durable = true;
    this.#fold();
  }

  /** The kernel writes some dirty pages back, as it may at any time. */
  writeback(random: Random): void {
    for (const node of this.names.values()) {
      if (node === 'directory') continue;
      for (const page of node.dirtyPages())
        if (random.chance(0.5)) node.setPlatterPage(page, node.memory, 0, PAGE_SIZE);
    }
  }

  /** The disk as it may be after a power failure. Nothing in it is shared with this one. */
  afterPowerFailure(random: Random): MemoryDisk {
    const kept = random.between(0, this.#journal.length);
    const names: Names = new Map(this.#durableNames);
    const sizes = new Map<Inode, { size: number; shrunkTo: number; lostShrink: number }>();
    const sizesOf = (inode: Inode): { size: number; shrunkTo: number; lostShrink: number } => {
      const known = sizes.get(inode) ?? { size: inode.durableSize, shrunkTo: Infinity, lostShrink: Infinity };
      sizes.set(inode, known);
      return known;
    };
    this.#journal.forEach((change, i) => {
      const applied = i < kept || change.durable;
      if (change.inode === null) {
        if (applied) change.apply(names);
        return;
      }
      const known = sizesOf(change.inode);
      if (applied) {
        if (change.size < known.size) known.shrunkTo = Math.min(known.shrunkTo, change.size);
        known.size = change.size;
      } else if (change.size < known.size) known.lostShrink = Math.min(known.lostShrink, change.size);
    });
    return this.#rebuild(names, sizesOf, random);
  }

  #rebuild(
    names: Names,
    sizesOf: (inode: Inode) => { size: number; shrunkTo: number; lostShrink: number },
    random: Random,
  ): MemoryDisk {
    const disk = new MemoryDisk();
    const odds = random.pick([0, 0.2, 0.5, 0.8, 1]);
    for (const [path, node] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
      // The name of a file may be durable when that of its directory is not: then nobody finds it.
      if (path !== '/' && disk.names.get(dirname(path)) !== 'directory') continue;
      if (node === 'directory') {
        disk.put(path, 'directory');
        continue;
      }
      const { size, shrunkTo, lostShrink } = sizesOf(node);
      const inode = new Inode(node.bytesMax);
      inode.makeRoom(size);
      node.platter.copy(inode.memory, 0, 0, Math.min(size, shrunkTo));
      const target = new Inode(0);
      target.platter = Buffer.from(inode.memory.subarray(0, Math.ceil(size / PAGE_SIZE) * PAGE_SIZE));
      for (const page of node.dirtyPages()) {
        // Bytes that were written after a cut went into new blocks, which nobody finds when the cut was lost.
        if (page * PAGE_SIZE >= Math.min(size, lostShrink) || !random.chance(odds)) continue;
        const torn = random.chance(0.1);
        const begin = torn ? SECTOR_SIZE * random.between(0, 4) : 0;
        const end = torn ? SECTOR_SIZE * random.between(4, 8) : PAGE_SIZE;
        target.setPlatterPage(page, node.memory, begin, end);
      }
      target.platter.copy(inode.memory, 0, 0, Math.min(size, target.platter.length));
      inode.memory.fill(0, size);
      inode.size = size;
      inode.durableSize = size;
      inode.reserved = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
      inode.platter = Buffer.from(inode.memory.subarray(0, inode.reserved));
      disk.used += inode.reserved;
      disk.put(path, inode);
    }
    return disk;
  }

  /** Puts a node that is durable. */
  put(path: string, node: Node): void {
    this.names.set(path, node);
    this.#durableNames.set(path, node);
  }

  /** Takes sizes, and the durable beginning of the changes of names, out of the journal. */
  #fold(): void {
    for (const { inode, size } of this.#journal) {
      if (inode === null) continue;
      inode.durableSize = size;
      inode.platter.fill(0, Math.min(size, inode.platter.length));
    }
    this.#journal = this.#journal.filter((change) => change.inode === null);
    let done = 0;
    for (; done < this.#journal.length && this.#journal[done].durable; done++)
      this.#journal[done].apply(this.#durableNames);
    if (done > 0) this.#journal = this.#journal.slice(done);
  }
}
