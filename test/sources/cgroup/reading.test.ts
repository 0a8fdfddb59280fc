import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CgroupPlace } from '../../../src/sources/cgroup/place.ts';
import { readCgroup } from '../../../src/sources/cgroup/reading.ts';
import { createKernelFiles, type KernelFiles } from '../../../src/sources/kernel-files.ts';
import { ALL_METRICS } from '../../fakes/all-metrics.ts';
import { FIXTURES } from '../fixtures.ts';
import { createTree } from '../tree.ts';

const MIB = 1024 * 1024;
const V1 = ['cpu', 'cpuacct', 'memory', 'pids', 'blkio'];
const SHOP_V1 = '4107d1fad54f18113a7bedefb041402212423d0b8c9fa3ca0d2393d398ee27ed';
const SHOP_V2 = 'ed9da31aaaf6e08cbb2150fbebbfd850a8d1de746ac7524db06eaf1aea72e00a';
const v1Place = (id: string) => ({
  version: 1 as const,
  directories: Object.fromEntries(
    V1.map((controller) => [controller, `${FIXTURES}hosts/v1-docker/sys/fs/cgroup/${controller}/docker/${id}`]),
  ),
});
const ALL = ALL_METRICS.families;
const v2Place = (id: string) => ({
  version: 2 as const,
  directory: `${FIXTURES}hosts/v2-docker/sys/fs/cgroup/docker/${id}`,
});

describe('the reading of a cgroup', () => {
  it('has on v1 what the captured files say', () => {
    expect(readCgroup(createKernelFiles(), v1Place(SHOP_V1), ALL)).toMatchObject({
      cpuTime: { userSeconds: 0.1, systemSeconds: 0.94 },
      throttling: { periods: 26, throttledPeriods: 20, throttledSeconds: 0.975871194 },
      cpuLimit: 0.5,
      memory: { usageBytes: 475_136, limitBytes: 64 * MIB, swapBytes: 0, stat: { anonBytes: 110_592, faults: 2061 } },
    });
  });

  it('has on v2 what the captured files say', () => {
    expect(readCgroup(createKernelFiles(), v2Place(SHOP_V2), ALL)).toMatchObject({
      cpuTime: { userSeconds: 0.148783, systemSeconds: 0.885068 },
      throttling: { periods: 26, throttledPeriods: 20, throttledSeconds: 0.975871 },
      cpuLimit: 0.5,
      memory: {
        limitBytes: 64 * MIB,
        swapBytes: 4096,
        stat: { anonBytes: 212_992, inactiveFileBytes: MIB, majorFaults: 7 },
      },
    });
  });

  it('has no limits for containers without one, on both', () => {
    const others = (host: string, below: string, not: string) =>
      globSync(`hosts/${host}/sys/fs/cgroup/${below}docker/*`, { cwd: FIXTURES })
        .map((path) => path.split('/').at(-1)!)
        .filter((id) => id !== not);
    const readings = [
      ...others('v1-docker', 'memory/', SHOP_V1).map(v1Place),
      ...others('v2-docker', '', SHOP_V2).map(v2Place),
    ].map((place) => readCgroup(createKernelFiles(), place, ALL));
    expect(readings).toHaveLength(6);
    for (const reading of readings) {
      expect(reading.memory?.usageBytes).toBeGreaterThan(0);
      expect(reading.cpuLimit).toBeUndefined();
      expect(reading.memory?.limitBytes).toBeUndefined();
    }
  });

  it('has only what the enabled controllers say', () => {
    const { root } = createTree({ 'cpu.stat': 'usage_usec 3\nuser_usec 1\nsystem_usec 2\n' });
    const reading = readCgroup(createKernelFiles(), { version: 2, directory: root }, ALL);
    const known = Object.entries(reading).filter(([, value]) => typeof value === 'number');
    expect(reading.cpuTime).toEqual({ userSeconds: 0.000001, systemSeconds: 0.000002 });
    expect(known).toEqual([]);
    expect(reading.memory?.stat).toBeUndefined();
  });

  it('is empty where the cgroup is gone, and does not throw', () => {
    const gone = `${createTree().root}/gone`;
    const readings = [
      readCgroup(createKernelFiles(), { version: 2, directory: gone }, ALL),
      readCgroup(
        createKernelFiles(),
        {
          version: 1,
          directories: { cpu: gone, cpuacct: gone, memory: gone, pids: gone },
        },
        ALL,
      ),
      readCgroup(createKernelFiles(), { version: 1, directories: {} }, ALL),
    ];
    for (const reading of readings) {
      // Only objects without a value in them are left.
      expect(JSON.stringify(reading)).toMatch(/^[{}:,"a-zA-Z]*$/);
    }
  });
});

describe('what is read of a cgroup', () => {
  const EXPECTED: Readonly<Record<string, { readonly v1: readonly string[]; readonly v2: readonly string[] }>> = {
    cpu: {
      v1: ['cpuacct.stat', 'cpu.stat', 'cpu.cfs_quota_us', 'cpu.cfs_period_us'],
      v2: ['cpu.stat', 'cpu.max'],
    },
    memory: {
      v1: ['memory.usage_in_bytes', 'memory.limit_in_bytes', 'memory.stat'],
      v2: ['memory.current', 'memory.max', 'memory.swap.current', 'memory.stat'],
    },
    memoryPeak: { v1: ['memory.max_usage_in_bytes'], v2: ['memory.peak'] },
    memoryEvents: {
      v1: [
        'memory.failcnt',
        'memory.limit_in_bytes',
        'memory.memsw.failcnt',
        'memory.memsw.limit_in_bytes',
        'memory.oom_control',
      ],
      v2: ['memory.events'],
    },
    tasks: { v1: ['pids.current', 'pids.max'], v2: ['pids.current', 'pids.max'] },
    // Tells whether there are zombies to look for.
    processes: { v1: ['pids.current', 'pids.max'], v2: ['pids.current', 'pids.max'] },
    disk: {
      v1: ['blkio.throttle.io_service_bytes_recursive', 'blkio.throttle.io_serviced_recursive'],
      v2: ['io.stat'],
    },
    pressure: { v1: [], v2: ['cpu.pressure', 'memory.pressure', 'io.pressure'] },
    network: { v1: [], v2: [] },
    life: { v1: [], v2: [] },
  };

  /** Names of the files that one family has read, sorted. */
  function filesRead(place: CgroupPlace, family: string): string[] {
    const real = createKernelFiles();
    const read = new Set<string>();
    const files: KernelFiles = {
      ...real,
      read: (source, path, parse) => {
        read.add(path.split('/').at(-1)!);
        return real.read(source, path, parse);
      },
      readKept: (source, directory, file, parse) => {
        read.add(file);
        return real.readKept(source, directory, file, parse);
      },
    };
    readCgroup(files, place, new Set([family]));
    return [...read].sort();
  }

  it.each(Object.entries(EXPECTED))('is for %s only what it needs', (family, { v1, v2 }) => {
    expect(filesRead(v1Place(SHOP_V1), family)).toEqual([...v1].sort());
    expect(filesRead(v2Place(SHOP_V2), family)).toEqual([...v2].sort());
  });

  it('is pressure in the v2 hierarchy beside v1, where there is one', () => {
    const { root } = createTree({ 'cpu.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=5138\n' });
    const hybrid = { ...v1Place(SHOP_V1), unified: root };
    expect(filesRead(hybrid, 'pressure')).toEqual(['cpu.pressure', 'io.pressure', 'memory.pressure']);
    expect(filesRead(hybrid, 'cpu')).toEqual(filesRead(v1Place(SHOP_V1), 'cpu'));
    expect(readCgroup(createKernelFiles(), hybrid, ALL).pressures).toEqual({
      cpu: { someSeconds: 0.005138, fullSeconds: undefined },
    });
    expect(readCgroup(createKernelFiles(), v1Place(SHOP_V1), ALL).pressures).toBeUndefined();
  });

  it('is for families of other sources at most the number of tasks', () => {
    for (const family of [...ALL].filter((name) => !(name in EXPECTED))) {
      const read = [...filesRead(v1Place(SHOP_V1), family), ...filesRead(v2Place(SHOP_V2), family)];
      expect(
        read.filter((name) => !name.startsWith('pids.')),
        family,
      ).toEqual([]);
    }
  });

  it('gives the peak without the rest of memory', () => {
    const peak = (place: CgroupPlace) => readCgroup(createKernelFiles(), place, new Set(['memoryPeak'])).memory;
    for (const memory of [peak(v1Place(SHOP_V1)), peak(v2Place(SHOP_V2))]) {
      expect(memory).toEqual({ peakBytes: memory?.peakBytes });
      expect(memory?.peakBytes).toBeGreaterThan(0);
    }
  });
});

describe('what can only rise at a limit, on v1', () => {
  const place = (root: string) => ({
    version: 1 as const,
    directories: { cpu: root, cpuacct: root, memory: root, pids: root, blkio: root },
  });
  const HELD_BACK = 'nr_periods 9\nnr_throttled 9\nthrottled_time 9000000000\n';
  const FILES = {
    'cpu.stat': 'nr_periods 0\nnr_throttled 0\nthrottled_time 0\n',
    'cpu.cfs_quota_us': '-1\n',
    'memory.limit_in_bytes': '9223372036854771712\n',
    'memory.failcnt': '0\n',
    'pids.max': 'max\n',
    'memory.oom_control': 'oom_kill 0\n',
  };

  type Between = { readonly hasSameLimits: boolean; readonly hasRested?: boolean };

  /** Readings before and after the kernel counts more. */
  function readTwice({ hasSameLimits, hasRested = false }: Between, limits: Readonly<Record<string, string>> = {}) {
    const { root, write } = createTree({ ...FILES, ...limits });
    const files = createKernelFiles();
    const reading = readCgroup(files, place(root), ALL);
    write({ 'cpu.stat': HELD_BACK, 'memory.failcnt': '5\n', 'memory.oom_control': 'oom_kill 1\n' });
    const before = { reading, hasRested, isStill: false, hasSameLimits };
    const { throttling, memoryEvents } = readCgroup(files, place(root), ALL, before);
    return { throttled: throttling?.throttledPeriods, hits: memoryEvents?.max, kills: memoryEvents?.oomKill };
  }

  it('is read where there is one', () => {
    const limits = {
      'cpu.cfs_quota_us': '50000\n',
      'cpu.cfs_period_us': '100000\n',
      'memory.limit_in_bytes': '4096\n',
      'memory.memsw.limit_in_bytes': '8192\n',
    };
    expect(readTwice({ hasSameLimits: true }, limits)).toEqual({ throttled: 9, hits: 5, kills: 1 });
  });

  it('is not read while there is none, unlike kills, which need no limit', () => {
    expect(readTwice({ hasSameLimits: true })).toEqual({ throttled: 0, hits: 0, kills: 1 });
  });

  it('is read whenever limits are read anew: there may have been one in between', () => {
    expect(readTwice({ hasSameLimits: false })).toEqual({ throttled: 9, hits: 5, kills: 1 });
  });

  it('is then read of a container that rests, too: the limit may have been met when it last ran', () => {
    expect(readTwice({ hasSameLimits: false, hasRested: true })).toEqual({ throttled: 9, hits: 5, kills: 1 });
    expect(readTwice({ hasSameLimits: true, hasRested: true })).toEqual({ throttled: 0, hits: 0, kills: 0 });
  });
});
