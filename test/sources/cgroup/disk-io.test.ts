import { describe, expect, it } from 'vitest';
import { parseBlkio, parseIoStat } from '../../../src/sources/cgroup/disk-io.ts';
import { expectToSurvive } from '../corruption.ts';

const IO_STAT =
  '8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n8:0 rbytes=90430464 wbytes=299008 rios=8950 wios=1252 dbytes=50331648 dios=3021\n';
const BLKIO =
  '8:0 Read 90430464\n8:0 Write 299008\n8:0 Sync 0\n8:0 Async 0\n8:0 Discard 0\n8:0 Total 90729472\nTotal 90729472\n';

describe('io.stat', () => {
  it('has bytes and operations of each device', () => {
    expect(parseIoStat(Buffer.from(IO_STAT))).toEqual([
      { device: '8:16', readBytes: 1459200, writeBytes: 314773504, readOperations: 192, writeOperations: 353 },
      { device: '8:0', readBytes: 90430464, writeBytes: 299008, readOperations: 8950, writeOperations: 1252 },
    ]);
  });

  it('takes keys in any order, and a device that did nothing', () => {
    expect(parseIoStat(Buffer.from('8:0 wios=2 unknown=x rbytes=1\n259:0\n'))).toEqual([
      { device: '8:0', readBytes: 1, writeBytes: 0, readOperations: 0, writeOperations: 2 },
      { device: '259:0', readBytes: 0, writeBytes: 0, readOperations: 0, writeOperations: 0 },
    ]);
  });

  it('is empty for a container that touched no device, and bounded', () => {
    expect(parseIoStat(Buffer.from(''))).toEqual([]);
    const many = Array.from({ length: 200 }, (_, minor) => `8:${minor} rbytes=1\n`).join('');
    expect(parseIoStat(Buffer.from(many))).toHaveLength(64);
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

  it('survives anything', () => {
    expectToSurvive((bytes) => [...(parseBlkio(bytes)?.values() ?? [])], [Buffer.from(BLKIO)]);
  });
});
