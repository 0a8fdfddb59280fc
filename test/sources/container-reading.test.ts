import { describe, expect, it } from 'vitest';
import type { OnLimit } from '../../src/limits.ts';
import { type ContainerReading, readContainer } from '../../src/sources/container-reading.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createResolver } from '../../src/sources/resolution.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import {
  type BeforeRead,
  createHostTree,
  DOCKER_V2,
  type HostTree,
  ID,
  named,
  processFiles,
  statLine,
  V2,
} from './host-tree.ts';
import { resolveAll } from './resolve-all.ts';

const CGROUP = `0::/docker/${ID}\n`;
const HOST = {
  ...V2,
  [`${DOCKER_V2}/cgroup.procs`]: '100\n101\n',
  [`${DOCKER_V2}/memory.current`]: '4096\n',
  [`${DOCKER_V2}/pids.current`]: '2\n',
  ...processFiles(100, CGROUP),
  ...processFiles(101, CGROUP),
};
type Options = {
  readonly before?: BeforeRead;
  readonly onLimit?: OnLimit;
  readonly network?: boolean;
  readonly maxProcesses?: number;
  readonly remove?: string;
  readonly families?: ReadonlySet<string>;
};

const DEVICES = { nameOf: (device: string) => device };

function readOn(host: HostTree, options: Options = {}): ContainerReading {
  const { network = true, maxProcesses = 100, remove, families = ALL_METRICS.families } = options;
  const { proc, files } = host;
  const [resolved] = resolveAll(createResolver(host), [named(ID)]);
  if (remove) host.remove(remove);
  const interfaceReader = network ? createInterfaceReader({ proc, loopback: false }) : undefined;
  return readContainer(resolved!, { proc, files, families, blockDevices: DEVICES, interfaceReader, maxProcesses });
}

/** Resolves the container, lets something happen, and reads it. */
const readOf = (content: Record<string, string>, options: Options = {}): ContainerReading =>
  readOn(createHostTree(content, options.before, options.onLimit), options);
const pidsOf = ({ processes }: ContainerReading) => processes.map(({ stat }) => stat.pid);

function listen() {
  const reached: [string, number | undefined][] = [];
  const onLimit: OnLimit = (limit, leftOut) => reached.push([limit, leftOut]);
  return { onLimit, reached };
}

describe('the reading of a container', () => {
  it('has its processes, its cgroup and its interfaces', () => {
    const reading = readOf(HOST);
    expect(pidsOf(reading)).toEqual([100, 101]);
    expect(reading.processes.every(({ status }) => status?.virtualBytes === 8192)).toBe(true);
    expect(reading.cgroup.memory?.usageBytes).toBe(4096);
    expect(reading.interfaces?.map(({ name }) => name)).toEqual(['eth0']);
  });

  it('has no interfaces where the network is not its own, and does not look', () => {
    const looked: string[] = [];
    const reading = readOf(HOST, { network: false, before: (source) => looked.push(source) });
    expect(reading.interfaces).toBeUndefined();
    expect(looked).not.toContain('proc.net.dev');
  });

  it('has processes only where a metric needs them', () => {
    const looked: string[] = [];
    const families = new Set(['memory', 'tasks']);
    const reading = readOf(HOST, { families, network: false, before: (source) => looked.push(source) });
    expect(reading.processes).toEqual([]);
    // Before the reading, the resolution looks at the container's first process.
    expect(looked).not.toContain('proc.status');
    expect(looked).not.toContain('proc.children');
  });

  it('has processes for the CPU time that no cgroup says', () => {
    const families = new Set(['cpu']);
    expect(pidsOf(readOf(HOST, { families }))).toEqual([100, 101]);
    const accounted = { ...HOST, [`${DOCKER_V2}/cpu.stat`]: 'usage_usec 3\nuser_usec 1\nsystem_usec 2\n' };
    expect(pidsOf(readOf(accounted, { families }))).toEqual([]);
  });

  it('has no more processes than it may', () => {
    const { onLimit, reached } = listen();
    expect(pidsOf(readOf(HOST, { maxProcesses: 1, onLimit }))).toEqual([100]);
    expect(reached).toEqual([['processes', 1]]);
  });

  it('has no more interfaces than it may', () => {
    const { onLimit, reached } = listen();
    const lines = Array.from({ length: 2_000 }, (_, index) => `veth${index}: ${Array(16).fill(1).join(' ')}\n`);
    const { interfaces } = readOf({ ...HOST, 'proc/100/net/dev': lines.join('') }, { onLimit });
    expect(interfaces?.map(({ name }) => name)).toEqual(Array.from({ length: 512 }, (_, index) => `veth${index}`));
    expect(reached).toEqual([['interfaces', 2_000 - 512]]);
  });

  it('has no more disks than it may, the same whatever order the kernel lists them in', () => {
    const { onLimit, reached } = listen();
    const lines = Array.from({ length: 200 }, (_, minor) => `8:${minor} rbytes=1\n`);
    const { disks } = readOf({ ...HOST, [`${DOCKER_V2}/io.stat`]: lines.toReversed().join('') }, { onLimit });
    expect(disks.map(({ device }) => device)).toEqual(Array.from({ length: 64 }, (_, minor) => `8:${minor}`));
    expect(reached).toEqual([['disks', 200 - 64]]);
  });
});

describe('when a process ends', () => {
  it('between list and read, it is left out and the others are there', () => {
    expect(pidsOf(readOf(HOST, { remove: 'proc/100' }))).toEqual([101]);
  });

  it('between its stat and its status, it is there without a status', () => {
    const host = createHostTree(HOST, (_source, path) => {
      if (path.endsWith('proc/100/status')) host.remove('proc/100/status');
    });
    const { processes } = readOn(host);
    expect(processes.map(({ stat, status }) => [stat.pid, status !== undefined])).toEqual([
      [100, false],
      [101, true],
    ]);
  });

  it('before its network is read, another one answers for it', () => {
    const zombie = { ...HOST, 'proc/100/net/dev': '' };
    expect(readOf(zombie).interfaces?.map(({ name }) => name)).toEqual(['eth0']);
    const { 'proc/100/net/dev': _, ...gone } = HOST as Record<string, string>;
    expect(readOf(gone).interfaces).toHaveLength(1);
  });

  it('and is not waited for, it is there as a zombie', () => {
    const zombie = {
      ...HOST,
      [`${DOCKER_V2}/pids.current`]: '3\n',
      'proc/100/task/100/children': '101 102 ',
      'proc/102/stat': statLine(102, { state: 'Z' }),
    };
    expect(readOf(zombie).processes.map(({ stat }) => [stat.pid, stat.state])).toEqual([
      [100, 'S'],
      [101, 'S'],
      [102, 'Z'],
    ]);
  });
});

describe('when the container ends between list and read', () => {
  it('nothing of it is there, and nothing is thrown', () => {
    const host = createHostTree(HOST);
    const resolver = createResolver(host);
    const [resolved] = resolveAll(resolver, [named(ID)]);
    host.remove('proc');
    host.remove(DOCKER_V2);
    const { proc, files } = host;
    const interfaceReader = createInterfaceReader({ proc, loopback: false });
    const { families } = ALL_METRICS;
    const readOptions = { proc, files, families, blockDevices: DEVICES, interfaceReader, maxProcesses: 100 };
    const reading = readContainer(resolved!, readOptions);
    expect(reading.processes).toEqual([]);
    expect(reading.interfaces).toBeUndefined();
    expect(reading.cgroup.memory?.usageBytes).toBeUndefined();
    expect(host.files.counts().get('proc.stat')?.total).toBe(4);
    expect(resolveAll(resolver, [named(ID)])[0]?.pids).toEqual([]);
  });

  it('at any of the readings, whichever comes first, nothing is thrown', () => {
    let readings = 0;
    readOf(HOST, { before: () => void readings++ });
    expect(readings).toBeGreaterThan(10);
    for (let last = 0; last < readings; last++) {
      let left = last;
      const host = createHostTree(HOST, () => {
        if (left-- !== 0) return;
        host.remove('proc');
        host.remove(DOCKER_V2);
      });
      expect(() => readOn(host)).not.toThrow();
    }
  });
});
