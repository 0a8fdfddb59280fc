import { expect, it } from 'vitest';
import { createContainerReader } from '../../src/cycle/container-reader.ts';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createResolver } from '../../src/sources/resolution.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import { createHostTree, DOCKER_V2, ID, named, processFiles, V2 } from '../sources/host-tree.ts';

const UNTHROTTLED = 'nr_periods 0\nnr_throttled 0\nthrottled_usec 0\n';

it('stands on no reading that is older than what the resolver knows, after one that failed in whole', () => {
  const cpuStat = (usec: number) => ({
    [`${DOCKER_V2}/cpu.stat`]: `usage_usec ${usec}\nuser_usec ${usec}\nsystem_usec 0\n${UNTHROTTLED}`,
  });
  let isBroken = false;
  const host = createHostTree(
    {
      ...V2,
      ...cpuStat(1_001),
      [`${DOCKER_V2}/cgroup.procs`]: '100\n',
      [`${DOCKER_V2}/pids.current`]: '1\n',
      ...processFiles(100, `0::/docker/${ID}\n`),
    },
    (source) => {
      if (isBroken && source === 'cgroup.pids.current') throw new Error('BUG: something nobody thought of');
    },
  );
  const { proc, files } = host;
  const interfaceReader = createInterfaceReader({ proc, loopback: false });
  const blockDevices = createBlockDevices({ root: '/', files });
  const reader = createContainerReader({ proc, files, metrics: ALL_METRICS, interfaceReader, blockDevices });
  const resolver = createResolver(host);
  const container = named(ID);
  const userSeconds = () => {
    reader.begin(new Map([[ID, { measured: true }]]));
    resolver.begin();
    return reader.read(resolver.resolve(container), true).cgroup.cpuTime?.userSeconds;
  };
  expect(userSeconds()).toBe(0.001001);
  host.write(cpuStat(2_001));
  isBroken = true;
  expect(userSeconds).toThrow('BUG');
  isBroken = false;
  expect(userSeconds()).toBe(0.002001);
});
