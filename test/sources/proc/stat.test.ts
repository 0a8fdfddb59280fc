import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStat } from '../../../src/sources/proc/stat.ts';
import { expectToSurvive } from '../corruption.ts';
import { fixture, fixtures } from '../fixtures.ts';

const captured = (name: string) => parseStat(fixture(`proc/${name}/stat`));

/** Fields 3 to 52 of proc_pid_stat(5), each with its own number as value where it may have any. */
const NUMBERED = Array.from({ length: 50 }, (_, index) => (index === 0 ? 'S' : String(index + 3)));
const line = (fields: readonly string[], name = 'nginx') => Buffer.from(`77 (${name}) ${fields.join(' ')}\n`);

describe('the stat of a process', () => {
  it('is read field by field', () => {
    expect(parseStat(line(NUMBERED))).toEqual({
      pid: 77,
      state: 'S',
      parentPid: 4,
      minorFaults: 10,
      childrenMinorFaults: 11,
      majorFaults: 12,
      childrenMajorFaults: 13,
      userTicks: 14,
      systemTicks: 15,
      childrenUserTicks: 16,
      childrenSystemTicks: 17,
      threadCount: 20,
      startTimeTicks: 22,
    });
  });

  it.each([
    ['Linux 2.6, 42 fields', 42],
    ['a kernel of which only what is read is known, 22 fields', 22],
    ['a later kernel, 60 fields', 60],
  ])('is read as %s writes it', (_kernel, last) => {
    const fields = Array.from({ length: last - 2 }, (_, index) => NUMBERED[index] ?? '0');
    expect(parseStat(line(fields))).toEqual(parseStat(line(NUMBERED)));
  });

  it('is malformed where a field that is read is missing or is no number', () => {
    expect(parseStat(line(NUMBERED.slice(0, 19)))).toBeUndefined();
    expect(parseStat(line(NUMBERED.with(11, 'x')))).toBeUndefined();
    expect(parseStat(Buffer.from(''))).toBeUndefined();
    expect(parseStat(Buffer.from('77 nginx S 1 2 3 4'))).toBeUndefined();
    expect(parseStat(Buffer.from('77 (nginx)'))).toBeUndefined();
    expect(parseStat(Buffer.from(`77 ${NUMBERED.join(' ')}`)), 'without a name').toBeUndefined();
    expect(parseStat(line(NUMBERED.with(0, '1'))), 'a state that is no letter').toBeUndefined();
  });

  it('may have negative fields among those that are not used', () => {
    // tpgid without a terminal, priority of a real-time process, nice.
    const fields = NUMBERED.with(5, '-1').with(15, '-100').with(16, '-20');
    expect(parseStat(line(fields))?.startTimeTicks).toBe(22);
  });

  it('is not led astray by any name', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(bytes, (name) => {
        const stat = Buffer.concat([Buffer.from('77 ('), name, Buffer.from(`) ${NUMBERED.join(' ')}\n`)]);
        expect(parseStat(stat)).toEqual(parseStat(line(NUMBERED)));
      }),
    );
  });

  it('survives anything', () => {
    expectToSurvive(parseStat, fixtures('{proc,hosts/*/proc}/*/stat'));
  });
});

describe('a captured stat', () => {
  it.each([
    ['kernel-thread', { pid: 2, state: 'S', parentPid: 0, threadCount: 1 }],
    ['kworker', { state: 'I', parentPid: 2 }],
    ['zombie', { pid: 10021, state: 'Z', parentPid: 10012, threadCount: 1 }],
    ['brackets-in-name', { pid: 10013, state: 'S', parentPid: 10000, userTicks: 0, systemTicks: 5 }],
    ['spaces-in-name', { pid: 10014, state: 'S', parentPid: 10000 }],
    ['many-threads', { pid: 10015, threadCount: 301 }],
    ['running', { state: 'R', userTicks: 182, systemTicks: 0 }],
    ['stopped', { state: 'T' }],
    ['uninterruptible', { state: 'D' }],
    ['container-init', { pid: 10373, parentPid: 10352, userTicks: 1, systemTicks: 1, startTimeTicks: 288662 }],
  ])('of the kind %s', (name, expected) => {
    expect(captured(name)).toMatchObject(expected);
  });
});
