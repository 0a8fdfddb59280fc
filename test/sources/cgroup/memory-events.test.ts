import { describe, expect, it } from 'vitest';
import { parseMemoryEvents, parseOomControl } from '../../../src/sources/cgroup/memory-events.ts';
import { expectToSurvive } from '../corruption.ts';

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
