import { describe, expect, it } from 'vitest';
import { defaultFiles } from '../../bench/driver/file-set.ts';

describe('the files of the floor', () => {
  it('are on v1 those of every controller, and of each process', () => {
    const directories = {
      cpu: '/c/cpu/x',
      cpuacct: '/c/cpuacct/x',
      memory: '/c/memory/x',
      blkio: '/c/blkio/x',
      pids: '/c/pids/x',
    };
    const files = defaultFiles({ located: { place: { version: 1, directories }, steps: [] }, pids: [7, 9] }, '/p');
    for (const file of [
      '/c/pids/x/cgroup.procs',
      '/c/cpuacct/x/cpuacct.stat',
      '/c/cpu/x/cpu.stat',
      '/c/memory/x/memory.stat',
      '/c/blkio/x/blkio.throttle.io_serviced_recursive',
      '/p/7/stat',
      '/p/9/status',
      '/p/7/net/dev',
    ])
      expect(files).toContain(file);
    expect(files).not.toContain('/p/9/net/dev');
    expect(new Set(files).size).toBe(files.length);
  });

  it('are on v2 those of the one directory', () => {
    const place = { version: 2, directory: '/c/x' } as const;
    const files = defaultFiles({ located: { place, steps: [] }, pids: [7] }, '/p');
    expect(files.filter((file) => file.startsWith('/c/x/'))).toHaveLength(14);
    expect(files).toContain('/c/x/memory.pressure');
  });
});
