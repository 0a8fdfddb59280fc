import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBlkio, parseIoStat, readBlkio } from '../../../src/sources/cgroup/disk-io.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { expectToSurvive } from '../corruption.ts';
import { createTree } from '../tree.ts';

const IO_STAT =
  '8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n8:0 rbytes=90430464 wbytes=299008 rios=8950 wios=1252 dbytes=50331648 dios=3021\n';
const BLKIO =
  '8:0 Read 90430464\n8:0 Write 299008\n8:0 Sync 0\n8:0 Async 0\n8:0 Discard 0\n8:0 Total 90729472\nTotal 90729472\n';

const count = fc.maxSafeNat();
const numbers = fc.uniqueArray(fc.tuple(fc.nat(4095), fc.nat(1_048_575)), {
  maxLength: 40,
  selector: ([major, minor]) => `${major}:${minor}`,
});

describe('io.stat', () => {
  it('has bytes and operations of each device', () => {
    expect(parseIoStat(Buffer.from(IO_STAT))).toEqual([
      { device: '8:16', readBytes: 1459200, writeBytes: 314773504, readOperations: 192, writeOperations: 353 },
      { device: '8:0', readBytes: 90430464, writeBytes: 299008, readOperations: 8950, writeOperations: 1252 },
    ]);
  });

  it('takes keys in any order, and has no value for those that are not there', () => {
    expect(parseIoStat(Buffer.from('8:0 wios=2 unknown=x rbytes=1 wbytes=-1\n'))).toEqual([
      { device: '8:0', readBytes: 1, writeOperations: 2 },
    ]);
  });

  it('leaves out devices that have nothing to say, with and without a line end', () => {
    expect(parseIoStat(Buffer.from('252:0 '))).toEqual([]);
    expect(parseIoStat(Buffer.from('259:0\n8:0 rbytes=1\n1:15 1:14 '))).toEqual([{ device: '8:0', readBytes: 1 }]);
  });

  it('gives the numbers after several devices to the last, as kernels mean it that name detached ones', () => {
    expect(parseIoStat(Buffer.from('7:7 7:6 7:4 rbytes=28672 wbytes=0 rios=22 wios=0\n7:3 rbytes=5\n'))).toEqual([
      { device: '7:4', readBytes: 28672, writeBytes: 0, readOperations: 22, writeOperations: 0 },
      { device: '7:3', readBytes: 5 },
    ]);
  });

  it('leaves out the rows of devices that the kernel hides, and keeps the others', () => {
    expect(parseIoStat(Buffer.from('(unknown) rbytes=9 wios=9\n8:0 rbytes=1\n'))).toEqual([
      { device: '8:0', readBytes: 1 },
    ]);
  });

  it('is empty for a container that touched no device', () => {
    expect(parseIoStat(Buffer.from(''))).toEqual([]);
  });

  it('says of any devices what the kernel wrote', () => {
    const line = fc.record({ rbytes: count, wbytes: count, rios: count, wios: count, dbytes: count, dios: count });
    fc.assert(
      fc.property(numbers, fc.infiniteStream(line), (devices, lines) => {
        const rows = devices.map(([major, minor]) => ({ device: `${major}:${minor}`, ...lines.next().value }));
        const text = rows.map(({ device, ...keys }) => {
          const words = Object.entries(keys).map(([key, value]) => `${key}=${value}`);
          return `${device} ${words.join(' ')}\n`;
        });
        const expected = rows.map(({ device, rbytes, wbytes, rios, wios }) => ({
          device,
          readBytes: rbytes,
          writeBytes: wbytes,
          readOperations: rios,
          writeOperations: wios,
        }));
        expect(parseIoStat(Buffer.from(text.join('')))).toEqual(expected);
      }),
    );
  });

  it('survives anything', () => {
    expectToSurvive(parseIoStat, [Buffer.from(IO_STAT)]);
  });
});

describe('blkio.throttle files', () => {
  it('have reads and writes of each device, and their total is not a device', () => {
    expect(parseBlkio(Buffer.from(BLKIO))).toEqual(new Map([['8:0', { read: 90430464, write: 299008 }]]));
    expect(parseBlkio(Buffer.from('Total 0\n'))).toEqual(new Map());
  });

  it('leave out the rows of hidden devices', () => {
    expect(parseBlkio(Buffer.from(`(unknown) Read 1\n(unknown) Write 1\n${BLKIO}`))?.size).toBe(1);
  });

  it('say of any devices what the kernel wrote', () => {
    fc.assert(
      fc.property(numbers, fc.infiniteStream(fc.record({ read: count, write: count })), (devices, counts) => {
        const rows = devices.map(([major, minor]) => [`${major}:${minor}`, counts.next().value] as const);
        const text = rows.map(([device, { read, write }]) => `${device} Read ${read}\n${device} Write ${write}\n`);
        expect(parseBlkio(Buffer.from(`${text.join('')}Total 0\n`))).toEqual(new Map(rows));
      }),
    );
  });

  it('survives anything', () => {
    expectToSurvive((bytes) => [...(parseBlkio(bytes)?.values() ?? [])], [Buffer.from(BLKIO)]);
  });
});

describe('the disks of a v1 container', () => {
  const BYTES = 'blkio.throttle.io_service_bytes_recursive';
  const OPERATIONS = 'blkio.throttle.io_serviced_recursive';
  const disks = (files: Record<string, string>) => readBlkio(createKernelFiles(), createTree(files).root);

  it('are put together of bytes and operations', () => {
    expect(disks({ [BYTES]: BLKIO, [OPERATIONS]: '8:0 Read 3\n8:0 Write 4\nTotal 7\n' })).toEqual([
      { device: '8:0', readBytes: 90430464, writeBytes: 299008, readOperations: 3, writeOperations: 4 },
    ]);
  });

  it('have no operations, rather than none, where only the bytes can be read, and the other way round', () => {
    expect(disks({ [BYTES]: BLKIO })).toEqual([{ device: '8:0', readBytes: 90430464, writeBytes: 299008 }]);
    expect(disks({ [OPERATIONS]: '8:0 Read 3\n8:0 Write 4\n' })).toEqual([
      { device: '8:0', readOperations: 3, writeOperations: 4 },
    ]);
    expect(disks({})).toBeUndefined();
  });

  it('of a container that has not run have the operations that they had, unless bytes were added', () => {
    const { root, write } = createTree({ [BYTES]: BLKIO, [OPERATIONS]: '8:0 Read 3\n8:0 Write 4\n' });
    const files = createKernelFiles();
    const first = readBlkio(files, root);
    write({ [OPERATIONS]: '8:0 Read 4\n8:0 Write 4\n' });
    expect(readBlkio(files, root, first)).toBe(first);
    write({ [BYTES]: BLKIO.replace('90430464', '90434560') });
    expect(readBlkio(files, root, first)).toEqual([
      { device: '8:0', readBytes: 90434560, writeBytes: 299008, readOperations: 4, writeOperations: 4 },
    ]);
  });

  it('have the operations that could not be read before', () => {
    const { root, write } = createTree({ [BYTES]: BLKIO });
    const files = createKernelFiles();
    const first = readBlkio(files, root);
    write({ [OPERATIONS]: '8:0 Read 3\n8:0 Write 4\n' });
    expect(readBlkio(files, root, first)?.[0]?.readOperations).toBe(3);
  });

  it('are none while the kernel counts nothing, which it does until a throttle rule is set for a device', () => {
    expect(disks({ [BYTES]: 'Total 0\n', [OPERATIONS]: 'Total 0\n' })).toEqual([]);
  });
});
