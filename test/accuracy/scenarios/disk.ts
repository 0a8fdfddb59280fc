import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { createTempDir } from '../../e2e/parts/temp-dir.ts';
import { EXACT, FILE_SYSTEM, NOT_CHARGED } from '../parts/bounds.ts';
import type { Outcome } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import { cgroupOf, quiet, untilDone, type World } from '../parts/world.ts';

const run = promisify(execFile);
const MIB = 1 << 20;

/** `major:minor` of the device that holds a path. */
function deviceOf(path: string): string {
  const { dev } = statSync(path);
  return `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
}

const nameOf = (device: string): string =>
  /^DEVNAME=(.*)$/m.exec(readFileSync(`/sys/dev/block/${device}/uevent`, 'utf8'))![1]!;

type Counters = Readonly<Record<'bytesRead' | 'bytesWritten' | 'reads' | 'writes', number>>;

/** What the kernel charges to a container on one device. */
function charged(world: World, container: TestContainer, device: string): Counters {
  const blkio = cgroupOf(world, container, 'blkio');
  const counter = (file: string, operation: string): number => {
    const text = readFileSync(join(blkio, `blkio.throttle.${file}_recursive`), 'utf8');
    return Number(new RegExp(`^${device} ${operation} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  };
  return {
    bytesRead: counter('io_service_bytes', 'Read'),
    bytesWritten: counter('io_service_bytes', 'Write'),
    reads: counter('io_serviced', 'Read'),
    writes: counter('io_serviced', 'Write'),
  };
}

/** Runs the program, and has what the kernel charges, what Plimsoll says and what the stats API says of one device. */
async function onDevice(world: World, container: TestContainer, device: string) {
  await untilDone(world, container);
  const { truth, plimsoll, stats } = await quiet(world, container, () => charged(world, container, device));
  const value = (metric: string, direction: string): number | 'none' =>
    plimsoll.value(metric, { 'disk.io.direction': direction, 'system.device': nameOf(device) }) ?? 'none';
  const bytes = (direction: 'read' | 'write', truthBytes: number): Outcome => ({
    truth: truthBytes,
    plimsoll: value('container.disk.io', direction),
    stats: stats.disk(device, direction) ?? 'none',
  });
  const operations = (direction: 'read' | 'write', count: number): Outcome => ({
    truth: count,
    plimsoll: value('container.disk.operations', direction),
  });
  return { truth, bytes, operations };
}

/**
 * A limit of a device that is none. On v1 newer kernels (seen on 6.18) count only for a device on which a limit was set,
 * by anybody, since the machine was started; before that there is nothing to be read.
 */
const counted = (device: string): string[] => ['--device-write-bps', `/dev/${nameOf(device)}:1tb`];

const volumes = (dir: string): string[] => ['--volume', `${dir}:/data`, ...counted(deviceOf(dir))];

const direct = scenario({
  name: '16 MiB written and 8 MiB read past the page cache',
  rows: {
    written: ['container.disk.io, write (what the program wrote)', 'By', FILE_SYSTEM],
    read: ['container.disk.io, read (what the program read)', 'By', FILE_SYSTEM],
    chargedWrite: ['container.disk.io, write (what is charged)', 'By', EXACT],
    chargedRead: ['container.disk.io, read (what is charged)', 'By', EXACT],
    writes: ['container.disk.operations, write', 'count', EXACT],
    reads: ['container.disk.operations, read', 'count', EXACT],
  },
  async run(world) {
    const dir = await createTempDir(world.releasers);
    const transfers = ['--direct', '/data/file', `${16 * MIB}`, '--read', '/data/file', `${8 * MIB}`];
    const command = ['disk', ...transfers];
    const container = await world.docker.run({ image: world.images.programs, flags: volumes(dir), command });
    const { truth, bytes, operations } = await onDevice(world, container, deviceOf(dir));
    return {
      written: bytes('write', 16 * MIB),
      read: bytes('read', 8 * MIB),
      chargedWrite: bytes('write', truth.bytesWritten),
      chargedRead: bytes('read', truth.bytesRead),
      writes: operations('write', truth.writes),
      reads: operations('read', truth.reads),
    };
  },
});

const synced = scenario({
  name: '16 MiB written through the page cache, then fsync',
  rows: {
    // Whatever the kernel wrote back on its own before the program's fsync is charged to nobody.
    written: ['container.disk.io, write (what the program wrote)', 'By', NOT_CHARGED],
    charged: ['container.disk.io, write (what is charged)', 'By', EXACT],
  },
  async run(world) {
    const dir = await createTempDir(world.releasers);
    const command = ['disk', '--synced', '/data/file', `${16 * MIB}`];
    const container = await world.docker.run({ image: world.images.programs, flags: volumes(dir), command });
    const { truth, bytes } = await onDevice(world, container, deviceOf(dir));
    return { written: bytes('write', 16 * MIB), charged: bytes('write', truth.bytesWritten) };
  },
});

const buffered = scenario({
  name: '16 MiB written through the page cache, written back by the kernel',
  rows: {
    written: ['container.disk.io, write (what the program wrote)', 'By', NOT_CHARGED],
    charged: ['container.disk.io, write (what is charged)', 'By', EXACT],
  },
  async run(world) {
    const dir = await createTempDir(world.releasers);
    const command = ['disk', '--buffered', '/data/file', `${16 * MIB}`, '--read', '/data/file', '65536'];
    const container = await world.docker.run({ image: world.images.programs, flags: volumes(dir), command });
    await untilDone(world, container);
    await run('sync', ['--file-system', dir]);
    const { truth, bytes } = await onDevice(world, container, deviceOf(dir));
    return { written: bytes('write', 16 * MIB), charged: bytes('write', truth.bytesWritten) };
  },
});

/** A file system in a file, on a device of its own; undefined where this machine cannot make one. */
async function mountSecondDevice({ releasers }: World): Promise<string | undefined> {
  const dir = await createTempDir(releasers);
  const [file, mounted] = [join(dir, 'device'), join(dir, 'mounted')];
  await mkdir(mounted);
  try {
    await run('truncate', ['--size', '64M', file]);
    await run('mkfs.ext4', ['-q', file]);
    await run('mount', ['-o', 'loop', file, mounted]);
  } catch {
    return undefined;
  }
  releasers.add('second device', () => run('umount', [mounted]));
  return mounted;
}

const secondDevice = scenario({
  name: '16 MiB written past the page cache to one device, 4 MiB to another',
  rows: {
    first: ['container.disk.io, write, first device', 'By', EXACT],
    second: ['container.disk.io, write, second device (what the program wrote)', 'By', FILE_SYSTEM],
    charged: ['container.disk.io, write, second device (what is charged)', 'By', EXACT],
  },
  async run(world) {
    const mounted = await mountSecondDevice(world);
    if (mounted === undefined) {
      const notSeenLive = 'no loop device can be mounted on this machine';
      return { first: { notSeenLive }, second: { notSeenLive }, charged: { notSeenLive } };
    }
    const dir = await createTempDir(world.releasers);
    const flags = [...volumes(dir), '--volume', `${mounted}:/second`, ...counted(deviceOf(mounted))];
    const command = ['disk', '--direct', '/data/file', `${16 * MIB}`, '--direct', '/second/file', `${4 * MIB}`];
    const container = await world.docker.run({ image: world.images.programs, flags, command });
    const first = await onDevice(world, container, deviceOf(dir));
    const second = await onDevice(world, container, deviceOf(mounted));
    await world.docker.remove(container.id);
    return {
      first: first.bytes('write', first.truth.bytesWritten),
      second: second.bytes('write', 4 * MIB),
      charged: second.bytes('write', second.truth.bytesWritten),
    };
  },
});

export const DISK: readonly Phase[] = [{ name: 'disks', scenarios: [direct, synced, buffered, secondDevice] }];
