/*
 * Every bound of what Plimsoll takes in, keeps and hands out, in one list: containers decide what they are called and how
 * much they do, so nothing that comes from them is without one. What a user sets (outbox, requests) is a key of the
 * configuration instead. docs/limits.md is made from this.
 */

type Limit = {
  readonly max: number;
  /** What is counted, of what. */
  readonly of: string;
  /** What happens to the rest. */
  readonly beyond: string;
  /** Whether reaching it costs somebody a value: then it is logged once and counted in plimsoll.limit.reached. */
  readonly isCounted?: true;
  /** Whether series are left out, which plimsoll.attribute.overflow counts. */
  readonly leavesOutSeries?: true;
};

const KIB = 1024;
const MIB = 1024 * KIB;
const COUNTED = { isCounted: true } as const;
const OVERFLOW = { isCounted: true, leavesOutSeries: true } as const;

// biome-ignore format: one limit a line, so that the table reads as a table.
export const LIMITS = {
  // What there is on a host.
  containers: { max: 5_000, of: 'containers of a host', beyond: 'those found last are left out until there is room', ...COUNTED },
  stoppedContainers: { max: 100, of: 'containers that do not run', beyond: 'those that ended first are left out', ...COUNTED },
  listedStopped: { max: 1_000, of: 'containers in a list of those that do not run', beyond: 'those created first are not looked at' },
  shortLived: { max: 100, of: 'runs in one cycle that began and ended since the one before', beyond: 'the first of them are counted in `plimsoll.containers.unseen` only' },
  processes: { max: 10_000, of: 'processes of a container', beyond: 'the first in `cgroup.procs` are measured; readings of the cgroup are whole', ...COUNTED },
  threads: { max: 4_000, of: 'threads of a process whose context switches are read', beyond: 'it has no such value', ...COUNTED },
  zombieParents: { max: 1_000, of: 'threads looked through for defunct children in a reading', beyond: 'the rest of the defunct wait for the next reading' },
  vanishedProcesses: { max: 1_000, of: "vanished processes of a container that somebody may still wait for", beyond: 'the oldest count as waited for by nobody' },
  executables: { max: 10, of: 'executables of a container by name', beyond: 'the rest are `other`, and their sum stays whole' },
  executablesRemembered: { max: 1_000, of: 'executables that were told by name before', beyond: 'no name gives up its place any more: others stay `other`' },
  executableName: { max: 64, of: "characters of an executable's name", beyond: 'it is cut, and the same as others that begin alike', ...COUNTED },
  pssResident: { max: 1_024 * MIB, of: 'resident bytes of a process whose proportional set size is read', beyond: 'it is not read, for that would stall the process', ...COUNTED },
  sockets: { max: 100_000, of: 'TCP sockets of a network namespace', beyond: 'none are counted', ...COUNTED },
  interfaces: { max: 512, of: 'network interfaces of a container', beyond: 'the first of the kernel’s list are measured', ...OVERFLOW },
  interfacesRemembered: { max: 1_024, of: 'interfaces of a container, and names of them, that are there or were taken away', beyond: 'the first taken away is forgotten; under a name that is not remembered counting begins anew' },
  disks: { max: 64, of: 'block devices of a container', beyond: 'the first of the kernel’s list are measured', ...OVERFLOW },
  disksRemembered: { max: 1_024, of: 'block devices whose names are remembered', beyond: 'the oldest is asked for again' },
  diskTotalsRemembered: { max: 1_024, of: 'block devices of a container whose totals are remembered', beyond: 'the one that was not read for longest is forgotten' },
  cgroupDepth: { max: 16, of: 'levels of cgroups below that of a container', beyond: 'processes in deeper ones are not measured', ...COUNTED },
  walkedCgroups: { max: 2_000, of: 'cgroups below that of a container whose processes are looked for', beyond: 'processes in those found last are not measured', ...COUNTED },
  childCgroups: { max: 500, of: "cgroups below a container's whose memory events are read (v1)", beyond: 'no more events of any of them are counted', ...COUNTED },
  endWatches: { max: 5_000, of: 'cgroups watched for their end', beyond: 'a run counts until the last cycle that saw it', ...COUNTED },
  endReadings: { max: 500, of: 'readings at an end that wait for their cycle', beyond: 'a run counts until the last cycle that saw it', ...COUNTED },
  keptDescriptors: { max: 100_000, of: 'files of the kernel that stay open between cycles, and never more than half of `RLIMIT_NOFILE`', beyond: 'they are opened for each reading' },
  kernelFile: { max: MIB, of: 'bytes of a file of the kernel', beyond: 'it is not read, as `plimsoll.read.errors` says', ...COUNTED },

  // What the engine answers.
  engineAnswer: { max: 16 * MIB, of: "bytes of an engine's answer about one container or image", beyond: 'the rest is not read; of a container that is some of its labels', ...COUNTED },
  engineList: { max: 16 * MIB, of: "bytes that are kept of an engine's list: identifiers, states and ages", beyond: 'the rest is left out', ...COUNTED },
  engineMembers: { max: 4 * KIB, of: "members of one object in an engine's answer, such as labels", beyond: 'the rest are passed over, as `labels` counts' },
  engineDepth: { max: 64, of: "levels of an engine's answer", beyond: 'it is taken for no answer of an engine' },
  labels: { max: 512, of: "labels that are taken from an engine's answer", beyond: 'the rest are left out', ...COUNTED },
  engineText: { max: 4 * KIB, of: "characters of a text in an engine's answer", beyond: 'it is cut', ...COUNTED },
  engineMessage: { max: 200, of: "characters of an engine's error in a log line", beyond: 'it is cut' },
  eventLine: { max: 256 * KIB, of: "bytes of one of the engine's events", beyond: 'only which container it is about is taken from it', ...COUNTED },
  eventBacklog: { max: 10_000, of: 'containers that events told of and that are not asked about yet', beyond: 'everything is listed anew, so that nothing is lost', ...COUNTED },
  runs: { max: 5_000, of: 'runs of containers that began and were not measured yet', beyond: 'whether they ended unseen is not known', ...COUNTED },
  imageDigests: { max: 16, of: 'registry digests of an image', beyond: 'the rest are left out', ...COUNTED },
  images: { max: 1_000, of: 'images whose digests are remembered', beyond: 'the oldest is asked for again' },

  // What a Resource carries.
  labelAttributes: { max: 64, of: 'labels of a container as attributes', beyond: 'the rest are left out', ...COUNTED },
  attributeKey: { max: 256, of: 'characters of an attribute’s name', beyond: 'it is left out: two that are cut might become one', ...COUNTED },
  attributeValue: { max: 1_024, of: 'characters of an attribute’s value', beyond: 'it is cut', ...COUNTED },

  attributeNames: { max: 1_024, of: 'interfaces and devices of all containers whose attributes are kept ready', beyond: 'they are made anew' },

  // What is kept and sent.
  destinations: { max: 16, of: 'destinations in `push.destinations`', beyond: 'the configuration is refused' },
  stateFile: { max: 256 * MIB, of: 'bytes of the state file', beyond: 'it is set aside as damaged' },
  otlpAnswer: { max: 4 * MIB, of: "bytes of a receiver's answer", beyond: 'the rest is not read' },
  receiverMessage: { max: 200, of: "characters of a receiver's words in a log line", beyond: 'they are cut' },
  deliveryLines: { max: 12, of: 'lines a minute in which the log says what a receiver says', beyond: 'the next line says how many were left out' },

  // The embedded receiver and its page.
  statusConnections: { max: 128, of: 'connections to the status server', beyond: 'further ones are closed', ...COUNTED },
  pageClients: { max: 32, of: 'pages that are open', beyond: 'further ones are refused with 503', ...COUNTED },
  pageUnsent: { max: 4 * MIB, of: 'bytes that a page has not taken yet', beyond: 'it is cut off, and comes back by itself', ...COUNTED },
  receivedBody: { max: 20 * MIB, of: 'bytes of a request, compressed or not', beyond: 'it is refused with 413', ...COUNTED },
  pageText: { max: 256, of: 'characters of a name or an attribute on the page', beyond: 'it is cut' },
  pageAttributes: { max: 1_024, of: 'attributes of one Resource or point on the page', beyond: 'further ones are not looked at', ...COUNTED },
  pageContainers: { max: 2_000, of: 'containers on the page', beyond: 'further ones are not shown', ...COUNTED },
  pageSeries: { max: 256, of: 'series of a container on the page', beyond: 'further ones are not shown', ...COUNTED },
  pageOthers: { max: 16, of: 'other Resources on the page', beyond: 'further ones are not shown', ...COUNTED },
} as const satisfies Record<string, Limit>;

type Names<Flag extends keyof Limit> = {
  [Name in keyof typeof LIMITS]: (typeof LIMITS)[Name] extends Record<Flag, true> ? Name : never;
}[keyof typeof LIMITS];

/** Limits that cost somebody a value when they are reached. */
export type CountedLimit = Names<'isCounted'>;

/** To be called in each reading in which a limit was reached, with the number of what was left out. */
export type OnLimit = (limit: CountedLimit, leftOut?: number) => void;

export function leavesOutSeries(limit: CountedLimit): boolean {
  return 'leavesOutSeries' in LIMITS[limit];
}
