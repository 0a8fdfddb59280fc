import { LIMITS, type OnLimit } from '../../src/limits.ts';
import { createCgroupFs } from '../../src/sources/cgroup/cgroup-fs.ts';
import { readChildMemoryEvents } from '../../src/sources/cgroup/child-memory-events.ts';
import { createCgroupDiscovery } from '../../src/sources/cgroup/discovery.ts';
import { createEndWatch, type EndWatchOptions } from '../../src/sources/cgroup/end-watch.ts';
import { readProcs } from '../../src/sources/cgroup/procs.ts';
import { readContainer } from '../../src/sources/container-reading.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { readContextSwitches } from '../../src/sources/proc/context-switches.ts';
import { parseExecutableLink } from '../../src/sources/proc/executable.ts';
import { readTcpStates } from '../../src/sources/proc/net-tcp.ts';
import { createProcFs } from '../../src/sources/proc/proc-fs.ts';
import { createPssReader } from '../../src/sources/pss.ts';
import { createResolver } from '../../src/sources/resolution.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import { createHostTree, DOCKER_V2, ID, named, OTHER_ID, processFiles, runcState, V2 } from '../sources/host-tree.ts';
import { resolveAll } from '../sources/resolve-all.ts';
import { createTree } from '../sources/tree.ts';
import type { Meet } from './meet.ts';

/** How each limit of what the kernel says is met. */

const cgroup = (id: string): string => `0::/docker/${id}\n`;
const HOST = {
  ...V2,
  [`${DOCKER_V2}/cgroup.procs`]: '100\n101\n',
  ...processFiles(100, cgroup(ID)),
  ...processFiles(101, cgroup(ID)),
};

/** Reads a container of two processes with something changed. */
const reading =
  (content: Record<string, string>, maxProcesses = 10): Meet =>
  (onLimit) => {
    const host = createHostTree({ ...HOST, ...content }, undefined, onLimit);
    const { proc, files } = host;
    const [resolved] = resolveAll(createResolver(host), [named(ID)]);
    const interfaceReader = createInterfaceReader({ proc, loopback: false });
    const blockDevices = { nameOf: (device: string) => device };
    readContainer(resolved!, {
      proc,
      files,
      families: ALL_METRICS.families,
      blockDevices,
      interfaceReader,
      maxProcesses,
    });
  };

const procWith = (onLimit: OnLimit, content: Record<string, string> = {}) =>
  createProcFs({ root: '/', path: createTree(content).root, files: createKernelFiles({ onLimit }) });

const walking =
  (content: Record<string, string>, maxChildren?: number): Meet =>
  (onLimit) => {
    const { root } = createTree({ 'cgroup.procs': '1\n', ...content });
    readProcs(createKernelFiles({ onLimit }), root, maxChildren);
  };

/** A host of two containers whose ends are watched. */
function watching(limits: Pick<EndWatchOptions, 'maxWatched' | 'maxReadings'>): Meet {
  return (onLimit) => {
    const content = [ID, OTHER_ID].map((id) => ({
      ...runcState(id, { '': `/sys/fs/cgroup/docker/${id}` }),
      [`sys/fs/cgroup/docker/${id}/cgroup.events`]: `populated ${limits.maxWatched === undefined ? 0 : 1}\n`,
    }));
    const { root } = createTree(Object.assign({ ...V2 }, ...content));
    const cgroups = createCgroupFs({ root, path: '', files: createKernelFiles({ onLimit }) });
    const families = new Set(['cpu'] as const);
    const watch = createEndWatch({ cgroups, runPath: `${root}/run`, families, now: () => 0, ...limits });
    for (const id of [ID, OTHER_ID]) watch.begin(id);
    watch.close();
  };
}

const TCP_HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('');

export const KERNEL_LIMITS = {
  containers: async (onLimit) => {
    const { proc } = createHostTree({ ...HOST, ...processFiles(200, cgroup(OTHER_ID)) }, undefined, onLimit);
    await createCgroupDiscovery({ proc, maxContainers: 1 }).current();
  },
  processes: reading({}, 1),
  threads: (onLimit) => void readContextSwitches(procWith(onLimit), 7, LIMITS.threads.max + 1),
  sockets: (onLimit) => {
    const socket = (at: number): string =>
      `${at}: 0100007F:8BDE 0100007F:04D2 01 00000000:00000000 00:00000000 00000000     0\n`;
    const proc = procWith(onLimit, { '7/net/tcp': `${TCP_HEADING}${many(3, socket)}` });
    readTcpStates(proc, 7, { file: 'tcp', maxSockets: 2 });
  },
  interfaces: reading({
    'proc/100/net/dev': many(LIMITS.interfaces.max + 1, (index) => `veth${index}: ${Array(16).fill(1).join(' ')}\n`),
  }),
  disks: reading({ [`${DOCKER_V2}/io.stat`]: many(LIMITS.disks.max + 1, (minor) => `8:${minor} rbytes=1\n`) }),
  pssResident: (onLimit) => {
    const reader = createPssReader({ proc: procWith(onLimit), monotonicMs: () => 0 });
    reader.begin();
    reader.read({ pid: 7, startTimeTicks: 1 }, LIMITS.pssResident.max + 1);
  },
  executableName: (onLimit) => void parseExecutableLink(`/bin/${'x'.repeat(LIMITS.executableName.max + 1)}`, onLimit),
  cgroupDepth: walking({ [`${'d/'.repeat(LIMITS.cgroupDepth.max + 1)}cgroup.procs`]: '2\n' }),
  walkedCgroups: walking({ 'one/': '', 'other/': '' }, 1),
  childCgroups: (onLimit) => {
    const children = Array.from({ length: LIMITS.childCgroups.max + 1 }, (_, index) => [`${index}/`, '']);
    readChildMemoryEvents(createKernelFiles({ onLimit }), createTree(Object.fromEntries(children)).root);
  },
  endWatches: watching({ maxWatched: 1 }),
  endReadings: watching({ maxReadings: 1 }),
  kernelFile: (onLimit) => {
    const { root } = createTree({ file: 'x'.repeat(LIMITS.kernelFile.max + 1) });
    createKernelFiles({ onLimit }).read('file', `${root}/file`, () => 0);
  },
} as const satisfies Record<string, Meet>;
