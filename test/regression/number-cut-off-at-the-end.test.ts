import { expect, it } from 'vitest';
import { parseBlkio } from '../../src/sources/cgroup/disk-io.ts';
import { parseNumberLines, parseSingleValue } from '../../src/sources/cgroup/formats.ts';
import { parsePressure } from '../../src/sources/cgroup/pressure.ts';
import { parseIo } from '../../src/sources/proc/io.ts';
import { parseSockstat } from '../../src/sources/proc/sockstat.ts';

/* The last number of a file that was cut short passed for a smaller one: counters fell, and processes were others'. */

it.each([
  ['a single value', parseSingleValue, '12345\n'],
  ['cgroup.procs', parseNumberLines, '100\n12345\n'],
  ['blkio', parseBlkio, '8:0 Read 1\n8:0 Write 12345\n'],
  ['pressure', parsePressure, 'some avg10=0.00 avg60=0.00 avg300=0.00 total=12345\n'],
  ['io', parseIo, 'read_bytes: 1\nwrite_bytes: 12345\n'],
  ['sockstat', parseSockstat, 'UDP: inuse 1 mem 0\nTCP: inuse 1 orphan 0 tw 12345\n'],
])('is no number of %s', (_, parse: (bytes: Buffer) => unknown, text) => {
  expect(parse(Buffer.from(text))).toBeDefined();
  for (const cut of [1, 2, 3]) expect(parse(Buffer.from(text.slice(0, -cut)))).toBeUndefined();
});
