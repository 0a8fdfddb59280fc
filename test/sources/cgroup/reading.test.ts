import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCgroup } from '../../../src/sources/cgroup/reading.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { ALL_METRICS } from '../../fakes/all-metrics.ts';
import { FIXTURES } from '../fixtures.ts';
import { createTree } from '../tree.ts';

const MIB = 1024 * 1024;
const V1 = ['cpu', 'cpuacct', 'memory', 'pids'];
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
