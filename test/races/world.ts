/**
 * What a kernel shows of two containers at one moment: `web`, with a first process, a worker of two threads in a cgroup
 * of its own and a zombie, and `db` with one process. Everything grows by the same amount from cycle to cycle.
 */
export type World = {
  readonly files: ReadonlyMap<string, string>;
  readonly links: ReadonlyMap<string, string>;
};

export type CgroupVersion = 1 | 2;

export const WEB_ID = 'a'.repeat(64);
export const DB_ID = 'b'.repeat(64);
export const WEB_PIDS = { first: 100, worker: 101, zombie: 102 } as const;
export const DB_PID = 200;

/** Where the tree is mounted; test files put it over the real file system. */
export const ROOT = '/kernel';
export const PROC = `${ROOT}/proc`;
export const CGROUPS = `${ROOT}/sys/fs/cgroup`;

type Process = {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly threads?: readonly number[];
  readonly children?: readonly number[];
  readonly state?: string;
  readonly startTicks?: number;
  /** What it has used; 0 for one that begins just now. */
  readonly used: number;
};

const ZOMBIE = 'Z';

function statLine({
  pid,
  parent,
  name,
  threads = [pid],
  state = 'S',
  startTicks = 5_000 + pid,
  used,
}: Process): string {
  const counters = [30 * used, used, 3 * used, 0, 20 * used, 10 * used, used, used].join(' ');
  return `${pid} (${name}) ${state} ${parent} 1 1 0 -1 4194560 ${counters} 20 0 ${threads.length} 0 ${startTicks} 1306624 157\n`;
}

const MEMORY_LINES =
  'VmSize:\t    1000 kB\nRssAnon:\t      60 kB\nRssFile:\t     600 kB\nRssShmem:\t       4 kB\nVmSwap:\t       8 kB\n';
const switches = (used: number): string =>
  `voluntary_ctxt_switches:\t${21 * used}\nnonvoluntary_ctxt_switches:\t${11 * used}\n`;
const LIMITS =
  'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            200                  300                  files     \n';

/** Files below /proc/PID, without those of its namespaces. */
function processFiles(process: Process): [string, string][] {
  const { pid, name, threads = [pid], children = [], state, used } = process;
  const isZombie = state === ZOMBIE;
  // A zombie is read by its stat alone, unless it is taken for alive: then nothing is to come of it that was not counted.
  const done = isZombie ? 0 : used;
  const dir = `${PROC}/${pid}`;
  const ofThreads = threads.flatMap((tid): [string, string][] => [
    [`${dir}/task/${tid}/status`, `Name:\t${name}\n${switches(done)}`],
    [`${dir}/task/${tid}/children`, tid === pid ? children.map((child) => `${child} `).join('') : ''],
  ]);
  return [
    [`${dir}/stat`, statLine(process)],
    [`${dir}/status`, `Name:\t${name}\n${isZombie ? '' : MEMORY_LINES}`],
    [`${dir}/comm`, `${name}\n`],
    [`${dir}/io`, `rchar: 1\nwchar: 1\nread_bytes: ${4096 * done}\nwrite_bytes: ${8192 * done}\n`],
    [`${dir}/limits`, LIMITS],
    [`${dir}/smaps_rollup`, isZombie ? '' : 'Rss:                 756 kB\nPss:                 600 kB\n'],
    ...(isZombie ? [] : ['0', '1', '2'].map((fd): [string, string] => [`${dir}/fd/${fd}`, ''])),
    ...ofThreads,
  ];
}

function processLinks({ pid, name, state }: Process, namespace: number): [string, string][] {
  const ofNamespaces: [string, string][] = [
    [`${PROC}/${pid}/ns/net`, `net:[${namespace}]`],
    [`${PROC}/${pid}/ns/pid`, `pid:[${namespace + 1}]`],
  ];
  return state === ZOMBIE ? ofNamespaces : [...ofNamespaces, [`${PROC}/${pid}/exe`, `/usr/bin/${name}`]];
}

const TCP_HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const tcpLine = (state: string): string => `   0: 0100007F:8BDE 0100007F:04D2 ${state} 00000000:00000000 00:00000000\n`;

type Interface = { readonly name: string; readonly index: number; readonly used: number };

/** The network namespace as each of its processes shows it. */
function networkFiles(pid: number, interfaces: readonly Interface[]): [string, string][] {
  const dir = `${PROC}/${pid}/net`;
  const lines = interfaces.map(
    ({ name, used }) => `${name}: ${[...new Array(16).keys()].map((at) => (at + 1) * used).join(' ')}\n`,
  );
  return [
    [`${dir}/dev`, `Inter-| Receive\n face |bytes\n${lines.join('')}`],
    [
      `${dir}/igmp`,
      `Idx\tDevice\n${interfaces.map(({ name, index }) => `${index}\t${name}      :     1      V3\n\t\t\t\t010000E0     1\n`).join('')}`,
    ],
    // Without multicast addresses the indexes stand in one file only.
    [`${dir}/dev_mcast`, ''],
    [`${dir}/sockstat`, 'sockets: used 4\nTCP: inuse 1 orphan 0 tw 1 alloc 4 mem 0\nUDP: inuse 2 mem 0\n'],
    [`${dir}/sockstat6`, 'TCP6: inuse 1\nUDP6: inuse 1\n'],
    [`${dir}/tcp`, TCP_HEADING + tcpLine('01') + tcpLine('06')],
    [`${dir}/tcp6`, TCP_HEADING + tcpLine('0A')],
  ];
}

type CgroupFile = readonly [controller: string, name: string, text: string];

/** What the cgroup accounts: more than its processes show, since others have ended before. */
function cgroupFilesV2(used: number, tasks: number): CgroupFile[] {
  const pressure = `some avg10=0.00 avg60=0.00 avg300=0.00 total=${1_000 * used}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${500 * used}\n`;
  return [
    [
      '',
      'cpu.stat',
      `usage_usec ${3e6 * used}\nuser_usec ${2e6 * used}\nsystem_usec ${1e6 * used}\nnr_periods ${26 * used}\nnr_throttled ${20 * used}\nthrottled_usec ${9_000 * used}\n`,
    ],
    ['', 'cpu.max', '50000 100000\n'],
    ['', 'memory.current', '2000000\n'],
    ['', 'memory.max', '67108864\n'],
    ['', 'memory.swap.current', '4096\n'],
    ['', 'memory.peak', '3000000\n'],
    [
      '',
      'memory.stat',
      `anon 200000\nfile 1800000\ninactive_file 100000\npgfault ${500 * used}\npgmajfault ${5 * used}\n`,
    ],
    ['', 'memory.events', `low 0\nhigh ${used}\nmax ${3 * used}\noom ${used}\noom_kill ${used}\n`],
    ['', 'pids.current', `${tasks}\n`],
    ['', 'pids.max', '100\n'],
    ['', 'io.stat', `8:0 rbytes=${4096 * used} wbytes=${512 * used} rios=${2 * used} wios=${used} dbytes=0 dios=0\n`],
    ...['cpu', 'memory', 'io'].map((resource): CgroupFile => ['', `${resource}.pressure`, pressure]),
  ];
}

function cgroupFilesV1(used: number, tasks: number): CgroupFile[] {
  const blkio = (read: number, write: number): string =>
    `8:0 Read ${read * used}\n8:0 Write ${write * used}\n8:0 Total ${(read + write) * used}\nTotal 9\n`;
  return [
    ['cpuacct', 'cpuacct.stat', `user ${200 * used}\nsystem ${100 * used}\n`],
    ['cpu', 'cpu.stat', `nr_periods ${26 * used}\nnr_throttled ${20 * used}\nthrottled_time ${9_000_000 * used}\n`],
    ['cpu', 'cpu.cfs_quota_us', '50000\n'],
    ['cpu', 'cpu.cfs_period_us', '100000\n'],
    ['memory', 'memory.usage_in_bytes', '2000000\n'],
    ['memory', 'memory.limit_in_bytes', '67108864\n'],
    ['memory', 'memory.memsw.limit_in_bytes', '134217728\n'],
    ['memory', 'memory.max_usage_in_bytes', '3000000\n'],
    [
      'memory',
      'memory.stat',
      `total_rss 200000\ntotal_cache 1800000\ntotal_inactive_file 100000\ntotal_swap 4096\ntotal_pgfault ${500 * used}\ntotal_pgmajfault ${5 * used}\n`,
    ],
    ['memory', 'memory.failcnt', `${3 * used}\n`],
    ['memory', 'memory.memsw.failcnt', `${used}\n`],
    ['memory', 'memory.oom_control', `oom_kill_disable 0\nunder_oom 0\noom_kill ${used}\n`],
    ['pids', 'pids.current', `${tasks}\n`],
    ['pids', 'pids.max', '100\n'],
    ['blkio', 'blkio.throttle.io_service_bytes_recursive', blkio(4096, 512)],
    ['blkio', 'blkio.throttle.io_serviced_recursive', blkio(2, 1)],
  ];
}

const V1_CONTROLLERS = ['blkio', 'memory', 'cpuacct', 'cpu', 'pids'];

/** Everything that one container shows. */
type Shown = {
  readonly id: string;
  readonly namespace: number;
  /** Processes by the cgroup that they are in, below the container's. */
  readonly processes: Readonly<Record<string, readonly Process[]>>;
  readonly interfaces: readonly Interface[];
  readonly used: number;
};

function directoriesOf(version: CgroupVersion, id: string): readonly string[] {
  return version === 2
    ? [`${CGROUPS}/docker/${id}`]
    : [...V1_CONTROLLERS, 'unified'].map((name) => `${CGROUPS}/${name}/docker/${id}`);
}

function show(version: CgroupVersion, { id, namespace, processes, interfaces, used }: Shown): World {
  const all = Object.values(processes).flat();
  const threads = all.reduce((sum, { threads = [0] }) => sum + threads.length, 0);
  const accounted = version === 2 ? cgroupFilesV2(used, threads) : cgroupFilesV1(used, threads);
  const memberships = (below: string): string =>
    version === 2
      ? `0::/docker/${id}${below}\n`
      : `${V1_CONTROLLERS.map((name, at) => `${at + 1}:${name}:/docker/${id}${below}\n`).join('')}0::/docker/${id}${below}\n`;
  const paths =
    version === 2
      ? { '': `/sys/fs/cgroup/docker/${id}` }
      : Object.fromEntries(
          ['', ...V1_CONTROLLERS].map((name) => [name, `/sys/fs/cgroup/${name || 'unified'}/docker/${id}`]),
        );
  const files: [string, string][] = [
    [
      `${ROOT}/run/docker/runtime-runc/moby/${id}/state.json`,
      JSON.stringify({ id, init_process_pid: all[0]!.pid, cgroup_paths: paths }),
    ],
    ...accounted.map(([controller, name, text]): [string, string] => [
      `${CGROUPS}/${controller && `${controller}/`}docker/${id}/${name}`,
      text,
    ]),
    ...directoriesOf(version, id).flatMap((directory): [string, string][] => [
      [`${directory}/cgroup.events`, 'populated 1\nfrozen 0\n'],
      ...Object.entries(processes).map(([below, members]): [string, string] => [
        `${directory}${below}/cgroup.procs`,
        members
          .filter(({ state }) => state !== ZOMBIE)
          .map(({ pid }) => `${pid}\n`)
          .join(''),
      ]),
    ]),
    ...Object.entries(processes).flatMap(([below, members]) =>
      members.flatMap((process): [string, string][] => [
        [`${PROC}/${process.pid}/cgroup`, memberships(below)],
        ...processFiles(process),
        ...(process.state === ZOMBIE ? [] : networkFiles(process.pid, interfaces)),
      ]),
    ),
  ];
  return { files: new Map(files), links: new Map(all.flatMap((process) => processLinks(process, namespace))) };
}

function hostWorld(version: CgroupVersion): World {
  const files: [string, string][] = [
    [`${PROC}/self/cgroup`, version === 2 ? '0::/\n' : '1:cpu:/\n0::/\n'],
    [`${PROC}/stat`, 'cpu 1\nbtime 1700000000\n'],
    ...(version === 2 ? [[`${CGROUPS}/cgroup.controllers`, 'cpu memory io pids\n'] as [string, string]] : []),
  ];
  const links: [string, string][] = [
    [`${PROC}/2/ns/pid`, 'pid:[4026531836]'],
    [`${PROC}/2/ns/net`, 'net:[4026531840]'],
    [`${ROOT}/sys/dev/block/8:0`, '../../devices/pci0000:00/block/sda'],
  ];
  return { files: new Map(files), links: new Map(links) };
}

const join = (...worlds: readonly World[]): World => ({
  files: new Map(worlds.flatMap(({ files }) => [...files])),
  links: new Map(worlds.flatMap(({ links }) => [...links])),
});

/** The second interface comes with the second cycle, so that there the indexes are read again. */
const interfacesAt = (cycle: number): Interface[] => {
  const eth0 = { name: 'eth0', index: 7, used: 100 * cycle };
  return cycle < 2 ? [eth0] : [eth0, { name: 'eth1', index: 9, used: 10 * cycle }];
};

export function worldAt(version: CgroupVersion, cycle: number): World {
  const { first, worker, zombie } = WEB_PIDS;
  const web: Shown = {
    id: WEB_ID,
    namespace: 4_026_540_000,
    processes: {
      '': [{ pid: first, parent: 50, name: 'init', children: [worker], used: 10 * cycle }],
      '/jobs': [
        { pid: worker, parent: first, name: 'worker', threads: [worker, 1011], children: [zombie], used: 20 * cycle },
        { pid: zombie, parent: worker, name: 'ended', state: ZOMBIE, used: 7 },
      ],
    },
    interfaces: interfacesAt(cycle),
    used: 100 * cycle,
  };
  const db: Shown = {
    id: DB_ID,
    namespace: 4_026_550_000,
    processes: { '': [{ pid: DB_PID, parent: 60, name: 'server', used: 5 * cycle }] },
    interfaces: [{ name: 'eth0', index: 11, used: 50 * cycle }],
    used: 60 * cycle,
  };
  return join(hostWorld(version), show(version, web), show(version, db));
}

/** The process ended and nobody of its container waited for it. */
export function withoutProcess({ files, links }: World, pid: number): World {
  const isOther = ([path]: readonly [string, string]): boolean => !path.startsWith(`${PROC}/${pid}/`);
  const unlisted = ([path, text]: readonly [string, string]): [string, string] => [
    path,
    /\/cgroup\.procs$|\/children$/.test(path) ? text.replace(new RegExp(`^${pid}\\n|\\b${pid} `, 'm'), '') : text,
  ];
  return { files: new Map([...files].filter(isOther).map(unlisted)), links: new Map([...links].filter(isOther)) };
}

/** Another process, of no container, began under the same number a moment ago. */
export function withReusedPid(world: World, pid: number): World {
  const fresh: Process = { pid, parent: 1, name: 'stranger', startTicks: 900_000, used: 0 };
  const { files, links } = withoutProcess(world, pid);
  const ofHost: Interface = { name: 'eth0', index: 2, used: 1e9 };
  return {
    files: new Map([
      ...files,
      [`${PROC}/${pid}/cgroup`, '0::/user.slice\n'],
      ...processFiles(fresh),
      ...networkFiles(pid, [ofHost]),
    ]),
    links: new Map([...links, ...processLinks(fresh, 4_026_531_840)]),
  };
}

/** The container ended: its processes, its cgroup and its state file are gone. */
export function withoutWeb(version: CgroupVersion, world: World): World {
  const gone = [
    ...Object.values(WEB_PIDS).map((pid) => `${PROC}/${pid}/`),
    ...directoriesOf(version, WEB_ID).map((directory) => `${directory}/`),
    `${ROOT}/run/docker/runtime-runc/moby/${WEB_ID}/`,
  ];
  const isThere = ([path]: readonly [string, string]): boolean => !gone.some((prefix) => path.startsWith(prefix));
  return { files: new Map([...world.files].filter(isThere)), links: new Map([...world.links].filter(isThere)) };
}
