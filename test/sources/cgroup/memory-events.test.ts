import { describe, expect, it } from 'vitest';
import {
  parseMemoryEvents,
  parseOomControl,
  readMemoryEvents,
  readMemoryEventsV1,
} from '../../../src/sources/cgroup/memory-events.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { expectToSurvive } from '../corruption.ts';
import { createTree } from '../tree.ts';

const MEMORY_EVENTS = 'low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 0\n';
const OOM_CONTROL = 'oom_kill_disable 0\nunder_oom 0\noom_kill 7\n';

describe('memory.events', () => {
  it('has a count for each kind of event', () => {
    expect(parseMemoryEvents(Buffer.from(MEMORY_EVENTS))).toEqual({ low: 1, high: 2, max: 3, oom: 4, oomKill: 5 });
  });

  it('has no kills on kernels that do not count them', () => {
    expect(parseMemoryEvents(Buffer.from('low 0\nhigh 0\nmax 3\noom 0\n'))?.oomKill).toBeUndefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseMemoryEvents, [Buffer.from(MEMORY_EVENTS)]);
  });
});

describe('memory.oom_control', () => {
  it('has the number of killed processes', () => {
    expect(parseOomControl(Buffer.from(OOM_CONTROL))).toBe(7);
    expect(parseOomControl(Buffer.from('oom_kill_disable 0\nunder_oom 0\n'))).toBeUndefined();
  });

  it('survives anything', () => {
    expectToSurvive(parseOomControl, [Buffer.from(OOM_CONTROL)]);
  });
});

describe('the memory events of a container', () => {
  const UNLIMITED = '9223372036854771712\n';
  const LIMITED = '50331648\n';
  const v1 = (files: Record<string, string>) =>
    readMemoryEventsV1(createKernelFiles(), createTree({ 'memory.oom_control': OOM_CONTROL, ...files }).root);

  it('are those of memory.events on v2, and none where there is no such file', () => {
    const read = (files: Record<string, string>) => readMemoryEvents(createKernelFiles(), createTree(files).root);
    expect(read({ 'memory.events': MEMORY_EVENTS })).toMatchObject({ max: 3, oomKill: 5 });
    expect(read({})).toBeUndefined();
  });

  it('are on v1 the hits of the limit and the kills', () => {
    const files = { 'memory.failcnt': '219\n', 'memory.limit_in_bytes': LIMITED };
    expect(v1({ ...files, 'memory.memsw.limit_in_bytes': '100663296\n', 'memory.memsw.failcnt': '0\n' })).toEqual({
      max: 219,
      oomKill: 7,
    });
    // Kernels that do not account for swap have no memsw files.
    expect(v1(files)).toEqual({ max: 219, oomKill: 7 });
  });

  it('count hits of the limit with swap, where the kernel counts them', () => {
    const files = { 'memory.failcnt': '2\n', 'memory.limit_in_bytes': LIMITED };
    expect(v1({ ...files, 'memory.memsw.limit_in_bytes': LIMITED, 'memory.memsw.failcnt': '3\n' }).max).toBe(5);
  });

  it('have no hits, rather than none, where the limit with swap is the same and is not counted', () => {
    const files = { 'memory.failcnt': '0\n', 'memory.memsw.failcnt': '0\n', 'memory.limit_in_bytes': LIMITED };
    expect(v1({ ...files, 'memory.memsw.limit_in_bytes': LIMITED })).toEqual({ max: undefined, oomKill: 7 });
    expect(v1({ ...files, 'memory.memsw.limit_in_bytes': UNLIMITED }).max).toBe(0);
  });

  it('are no hits without a limit', () => {
    expect(v1({ 'memory.failcnt': '0\n', 'memory.limit_in_bytes': UNLIMITED })).toEqual({ max: 0, oomKill: 7 });
  });
});
