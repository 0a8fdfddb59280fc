import { describe, expect, it } from 'vitest';
import { type ContainerReading, readContainer } from '../../src/sources/container-reading.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createResolver, RESTED_CYCLES } from '../../src/sources/resolution.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import { createHostTree, DOCKER_V2, ID, named, processFiles, V2 } from './host-tree.ts';
import { resolveAll } from './resolve-all.ts';

const CGROUP = `0::/docker/${ID}\n`;
const cpuStat = (usec: number) => `usage_usec ${usec}\nuser_usec ${usec}\nsystem_usec 0\n`;
const memoryStat = (anon: number) => `anon ${anon}\nfile 0\ninactive_file 0\npgfault 1\npgmajfault 0\n`;
const V2_HOST = {
  ...V2,
  [`${DOCKER_V2}/cgroup.procs`]: '100\n',
  [`${DOCKER_V2}/cpu.stat`]: cpuStat(1_234),
  [`${DOCKER_V2}/memory.current`]: '4096\n',
  [`${DOCKER_V2}/memory.swap.current`]: '0\n',
  [`${DOCKER_V2}/memory.stat`]: memoryStat(4096),
  [`${DOCKER_V2}/memory.max`]: '65536\n',
  [`${DOCKER_V2}/cpu.max`]: 'max 100000\n',
  [`${DOCKER_V2}/pids.max`]: 'max\n',
  [`${DOCKER_V2}/pids.current`]: '1\n',
  ...processFiles(100, CGROUP),
};

function start(content: Readonly<Record<string, string>> = V2_HOST) {
  const host = createHostTree(content);
  const resolver = createResolver(host);
  const { proc, files } = host;
  const { families } = ALL_METRICS;
  const interfaceReader = createInterfaceReader({ proc, loopback: false });
  const options = { proc, files, families, blockDevices: { nameOf: (device: string) => device }, interfaceReader };
  let last: ContainerReading | undefined;
  const known = named(ID);
  const cycle = (container = known): ContainerReading => {
    const [resolved] = resolveAll(resolver, [container]);
    last = readContainer(resolved!, options, last);
    return last;
  };
  const reads = (source: string): number => files.counts().get(source)?.total ?? 0;
  return { host, cycle, reads };
}

describe('a container that has not run since its last reading', () => {
  it('is read again in what changes without it, and in nothing else', () => {
    const { host, cycle, reads } = start();
    const first = cycle();
    const before = ['cgroup.procs', 'proc.stat', 'proc.status'].map(reads);
    host.write({
      [`${DOCKER_V2}/memory.current`]: '8192\n',
      'proc/100/net/dev': 'eth0: 9 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n',
    });
    const second = cycle();
    expect(['cgroup.procs', 'proc.stat', 'proc.status'].map(reads)).toEqual(before);
    expect(second.processes).toBe(first.processes);
    expect(second.cgroup.memory?.usageBytes).toBe(8192);
    expect(second.interfaces?.[0]?.receivedBytes).toBe(9);
  });

  it('is read whole as soon as it has run, be it for a microsecond', () => {
    const { host, cycle } = start();
    cycle();
    cycle();
    host.write({
      [`${DOCKER_V2}/cpu.stat`]: cpuStat(1_235),
      [`${DOCKER_V2}/cgroup.procs`]: '100\n101\n',
      ...processFiles(101, CGROUP),
    });
    expect(cycle().processes.map(({ stat }) => stat.pid)).toEqual([100, 101]);
  });

  it('is read whole in every sixth cycle at least, for what the kernel does to its processes without them', () => {
    const { host, cycle } = start();
    const residentOf = ({ processes }: ContainerReading) => processes[0]?.status?.swapBytes;
    cycle();
    host.write({ 'proc/100/status': 'VmSize:\t8 kB\nVmSwap:\t4 kB\n' });
    const seen = Array.from({ length: RESTED_CYCLES + 1 }, () => residentOf(cycle()));
    expect(seen).toEqual([...Array(RESTED_CYCLES).fill(0), 4096]);
  });

  it('is read whole where something could not be read, or the kernel counts other tasks', () => {
    const { host, cycle, reads } = start();
    cycle();
    host.write({ [`${DOCKER_V2}/pids.current`]: '2\n' });
    const before = reads('proc.stat');
    cycle();
    expect(reads('proc.stat')).toBeGreaterThan(before);
  });

  it('is read whole where nobody says whether it has run', () => {
    const { cycle, reads } = start({ ...V2_HOST, [`${DOCKER_V2}/cpu.stat`]: '' });
    cycle();
    const before = reads('proc.stat');
    cycle();
    expect(reads('proc.stat')).toBe(2 * before);
  });

  it('is read whole where CPU time is charged in ticks, between which it may have run', () => {
    const { host, cycle } = start({ ...V2_HOST, [`${DOCKER_V2}/cpu.stat`]: cpuStat(10_000) });
    const eventsOf = ({ cgroup }: ContainerReading) => cgroup.memoryEvents?.oomKill;
    const events = (kills: number) => ({ [`${DOCKER_V2}/memory.events`]: `oom ${kills}\noom_kill ${kills}\n` });
    host.write(events(0));
    expect(eventsOf(cycle())).toBe(0);
    host.write(events(1));
    expect(eventsOf(cycle())).toBe(1);
  });

  it('has its memory told apart anew where there is more or less of it, and after five cycles in any case', () => {
    const { host, cycle } = start();
    const anonOf = ({ cgroup }: ContainerReading) => cgroup.memory?.stat?.anonBytes;
    cycle();
    host.write({ [`${DOCKER_V2}/memory.stat`]: memoryStat(2048) });
    const seen = Array.from({ length: RESTED_CYCLES + 1 }, () => anonOf(cycle()));
    expect(seen).toEqual([...Array(RESTED_CYCLES).fill(4096), 2048]);
    host.write({ [`${DOCKER_V2}/memory.stat`]: memoryStat(1024), [`${DOCKER_V2}/memory.current`]: '1024\n' });
    expect(anonOf(cycle())).toBe(1024);
  });
});

describe('a container of which nothing has changed while it rested', () => {
  const pressure = (total: number) => `some avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\n`;
  const waitOf = ({ cgroup }: ContainerReading) => cgroup.pressures?.io?.someSeconds;
  const FILES = {
    [`${DOCKER_V2}/cpu.pressure`]: pressure(1),
    [`${DOCKER_V2}/memory.pressure`]: pressure(2),
    [`${DOCKER_V2}/io.pressure`]: pressure(3_000_000),
  };
  const STILL = ['cgroup.cpu.pressure', 'cgroup.memory.pressure', 'cgroup.io.pressure', 'cgroup.pids.current'];

  it('is not asked for what only who runs or waits can change', () => {
    const { cycle, reads } = start({ ...V2_HOST, ...FILES });
    cycle();
    const rested = cycle();
    const before = STILL.map(reads);
    const still = cycle();
    expect(STILL.map(reads)).toEqual(before);
    expect(still.cgroup).toBe(rested.cgroup);
  });

  it('is asked in every sixth cycle, and not in the one after that', () => {
    const { cycle, reads } = start({ ...V2_HOST, ...FILES });
    const asked = Array.from({ length: 2 * RESTED_CYCLES + 2 }, () => {
      const before = reads('cgroup.io.pressure');
      cycle();
      return reads('cgroup.io.pressure') - before;
    });
    const whole = [1, ...Array(RESTED_CYCLES).fill(0)];
    // Once more in the second, which tells that nobody was waiting in the first.
    expect(asked).toEqual([1, 1, ...Array(RESTED_CYCLES - 1).fill(0), ...whole]);
  });

  it('is asked again in the cycle in which it has run, and in every sixth', () => {
    const { host, cycle } = start({ ...V2_HOST, ...FILES });
    for (const _ of [1, 2, 3]) cycle();
    host.write({ [`${DOCKER_V2}/cpu.stat`]: cpuStat(1_235), [`${DOCKER_V2}/io.pressure`]: pressure(4_000_000) });
    expect(waitOf(cycle())).toBe(4);
    const seen = Array.from({ length: RESTED_CYCLES + 1 }, (_, index) => {
      if (index === 2) host.write({ [`${DOCKER_V2}/io.pressure`]: pressure(5_000_000) });
      return waitOf(cycle());
    });
    expect(seen).toEqual([...Array(RESTED_CYCLES).fill(4), 5]);
  });

  it('is asked in every cycle while a task of it waits without running', () => {
    const { host, cycle } = start({ ...V2_HOST, ...FILES });
    cycle();
    const seen = [4, 5, 6].map((seconds) => {
      host.write({ [`${DOCKER_V2}/io.pressure`]: pressure(seconds * 1_000_000) });
      return waitOf(cycle());
    });
    expect(seen).toEqual([4, 5, 6]);
  });

  it('is asked for a pressure that could not be read', () => {
    const { [`${DOCKER_V2}/memory.pressure`]: _, ...others } = FILES;
    const { cycle, reads } = start({ ...V2_HOST, ...others });
    cycle();
    cycle();
    const before = reads('cgroup.io.pressure');
    cycle();
    expect(reads('cgroup.io.pressure')).toBe(before + 1);
  });
});

describe('limits of a container', () => {
  const limitOf = ({ cgroup }: ContainerReading) => cgroup.memory?.limitBytes;

  it('are read anew when the engine says something new of it', () => {
    const { host, cycle } = start();
    expect(limitOf(cycle())).toBe(65_536);
    host.write({ [`${DOCKER_V2}/memory.max`]: '32768\n' });
    expect(limitOf(cycle(named(ID)))).toBe(32_768);
  });

  it('are read anew in every sixth cycle, for who changes them without the engine', () => {
    const { host, cycle } = start();
    cycle();
    host.write({ [`${DOCKER_V2}/memory.max`]: '32768\n' });
    const seen = Array.from({ length: RESTED_CYCLES + 1 }, () => limitOf(cycle()));
    expect(seen).toEqual([...Array(RESTED_CYCLES).fill(65_536), 32_768]);
  });
});
