import { describe, expect, it } from 'vitest';
import { readChildMemoryEvents } from '../../../src/sources/cgroup/child-memory-events.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { createTree } from '../tree.ts';

const kills = (count: number): string => `oom_kill_disable 0\nunder_oom 0\noom_kill ${count}\n`;

describe('the memory events of child cgroups on v1', () => {
  it('are those of all below, and not the container’s own', () => {
    const { root } = createTree({
      'memory.failcnt': '100\n',
      'a/memory.failcnt': '2\n',
      'a/memory.oom_control': kills(1),
      'a/b/memory.oom_control': kills(3),
    });
    const events = readChildMemoryEvents(createKernelFiles(), root);
    expect(events).toEqual(
      new Map([
        ['/a', { max: 2, oomKill: 1 }],
        ['/a/b', { max: undefined, oomKill: 3 }],
      ]),
    );
  });

  it('are none where there is no child, which is known by one look', () => {
    const { root } = createTree({ 'memory.failcnt': '100\n' });
    const files = createKernelFiles();
    expect(readChildMemoryEvents(files, root)).toEqual(new Map());
    expect([...files.counts()].map(([source, { total }]) => [source, total])).toEqual([['cgroup', 1]]);
  });

  it('are unknown where the cgroup is gone, and where there are too many or too deep ones', () => {
    const left: [string, number | undefined][] = [];
    const files = createKernelFiles({ onLimit: (limit, leftOut) => void left.push([limit, leftOut]) });
    expect(readChildMemoryEvents(files, `${createTree().root}/gone`)).toBeUndefined();
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`c${at}/`, '']));
    expect(readChildMemoryEvents(files, createTree(many).root)).toBeUndefined();
    expect(left).toEqual([['childCgroups', undefined]]);
    expect(readChildMemoryEvents(files, createTree({ ['d/'.repeat(17)]: '' }).root)).toBeUndefined();
  });
});
