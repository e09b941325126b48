/**
 * A disk that is really full: a tmpfs of 4 MiB, and an ext4 of 16 MiB on a loop device, whose reservations fail half-way. Both need
 * privileges to mount; without them the tests are skipped and say so, and native/test/file_test.cc still plays a full
 * disk with a limit on the file's size.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fromSystemError } from '#millrace/errors.js';
import { native } from '#millrace/native.js';
import { thrownBy } from './support.ts';

const MIB = 1 << 20;

const base = mkdtempSync(join(tmpdir(), 'millrace-'));
const mounted: string[] = [];

afterAll(() => {
  for (const directory of mounted) execFileSync('umount', [directory]);
  rmSync(base, { recursive: true, force: true });
});

/** The mounted directory, or null with the reason on the console. */
function mount(name: string, prepare: (directory: string) => readonly string[]): string | null {
  const directory = mkdtempSync(join(base, `${name}-`));
  try {
    execFileSync('mount', prepare(directory), { stdio: 'pipe' });
    mounted.push(directory);
    return directory;
  } catch (error) {
    console.warn(`NOT TESTED: a full ${name}, since it cannot be mounted here: ${String(error).split('\n')[0]}`);
    return null;
  }
}

const places = [
  { name: 'tmpfs', directory: mount('tmpfs', (directory) => ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory]) },
  {
    name: 'ext4',
    directory: mount('ext4', (directory) => {
      const image = `${directory}.image`;
      writeFileSync(image, '');
      truncateSync(image, 16 * MIB);
      execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'pipe' });
      return ['-o', 'loop', image, directory];
    }),
  },
];

describe.each(places)('$name', ({ directory }) => {
  // Mounting needs root; the warning above says so where it cannot be.
  test.skipIf(directory === null)('a reservation that fails leaves the file as it was, and the room to others', () => {
    const path = join(directory!, 'reserved');
    const fd = native.open(path, 'w+');
    native.write(fd, path, Buffer.from('before'), 0, 6, 0);
    const { blocks } = statSync(path);
    const error = thrownBy(() => native.reserve(fd, path, 64 * MIB));
    expect(error).toMatchObject({ code: 'ENOSPC', errno: -28, syscall: 'fallocate', path });
    expect(error.message).toBe(`ENOSPC: no space left on device, fallocate '${path}'`);
    expect(fromSystemError(error)).toMatchObject({ code: 'ERR_MILLRACE_NO_SPACE' });
    expect(native.size(fd, path)).toBe(6);
    expect(statSync(path).blocks).toBeLessThanOrEqual(Math.max(blocks, 16));
    const other = join(directory!, 'other');
    const otherFd = native.open(other, 'w+');
    native.reserve(otherFd, other, 2 * MIB); // had blocks stayed behind the end of the first, there would be no room
    native.close(otherFd, other);
    native.close(fd, path);
    native.unlink(other);
    native.unlink(path);
  });

  // Mounting needs root; the warning above says so where it cannot be.
  test.skipIf(directory === null)('the pager says so, and what is mapped can be written to the last byte', () => {
    const path = join(directory!, 'paged');
    const fd = native.open(path, 'w+');
    const pager = native.createPager();
    const window = pager.take(pager.prepare(fd, path, 2 * MIB, 0, 2 * MIB, 2 * MIB, false));
    const refused = pager.prepare(fd, path, 64 * MIB, 2 * MIB, 4 * MIB, MIB, false);
    expect(thrownBy(() => pager.take(refused))).toMatchObject({ code: 'ENOSPC', syscall: 'fallocate', path });
    expect(native.size(fd, path)).toBe(2 * MIB);
    const filler = join(directory!, 'filler');
    const fillerFd = native.open(filler, 'w+');
    expect(thrownBy(() => native.write(fillerFd, filler, new Uint8Array(32 * MIB), 0, 32 * MIB, 0))).toMatchObject({
      code: 'ENOSPC',
    });
    new Uint8Array(window).fill(7); // would be SIGBUS on a page without a block
    native.fsync(fd, path);
    native.unmap(window);
    native.close(fillerFd, filler);
    native.unlink(filler);
    const again = pager.take(pager.prepare(fd, path, 3 * MIB, 2 * MIB, MIB, 0, false)); // there is room again
    expect(again.byteLength).toBe(MIB);
    native.unmap(again);
    pager.close();
    native.close(fd, path);
  });
});
