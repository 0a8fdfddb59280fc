/** What an instrument is in OpenTelemetry's words; all but the histogram are observable. */
export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

/**
 * Metrics that are switched on and off together (`metrics.<family>.enabled`), because they come from the same readings:
 * what no enabled metric needs is not read.
 */
export const METRIC_FAMILIES = {
  processes: { doc: "The container's processes: CPU time, memory, number, threads.", enabledByDefault: true },
  contextSwitches: { doc: "Context switches of the container's threads.", enabledByDefault: false },
  processFaults: { doc: "Page faults of the container's processes.", enabledByDefault: false },
  fileDescriptors: { doc: 'Open files, and how near a process is to its limit of them.', enabledByDefault: false },
  processDisk: { doc: 'Bytes that processes read from and wrote to storage (ptrace rights).', enabledByDefault: false },
  pss: {
    doc: 'Proportional set size, sampled: reading it stalls the process (ptrace rights).',
    enabledByDefault: false,
  },
  executables: {
    doc: 'What is said of processes, by executable: ten by name, the rest as `other`; but for their disk I/O and how near one is to its limit of files.',
    enabledByDefault: false,
  },
  cpu: { doc: 'CPU time, use, limit and throttling of the container.', enabledByDefault: true },
  memory: { doc: 'Memory of the container by kind, its limit, page faults.', enabledByDefault: true },
  memoryPeak: { doc: 'The most memory that the container ever used.', enabledByDefault: false },
  memoryEvents: { doc: 'How often the memory limit was hit and processes were killed.', enabledByDefault: true },
  tasks: { doc: 'Number and limit of processes and threads.', enabledByDefault: true },
  disk: { doc: 'Bytes and operations by block device.', enabledByDefault: true },
  pressure: { doc: 'Time spent waiting for CPU, memory and disks (PSI).', enabledByDefault: true },
  network: { doc: 'Bytes, packets, drops and errors by interface.', enabledByDefault: true },
  connections: { doc: 'TCP sockets by state and UDP sockets.', enabledByDefault: false },
  filesystem: {
    doc: 'What the container wrote into its own layer; the engine is asked for it every five minutes, in the background.',
    enabledByDefault: false,
  },
  life: { doc: 'State, health, uptime, restarts, and how stopped containers ended.', enabledByDefault: true },
} as const satisfies Record<string, { readonly doc: string; readonly enabledByDefault: boolean }>;

export type MetricFamily = keyof typeof METRIC_FAMILIES;

/**
 * What is not read for the time being where cycles take too long, in this order: what costs most and is wanted least goes
 * first. Not here is what keeps a container known and its totals whole (processes, cpu, memory, tasks), what costs next
 * to nothing (life, filesystem, memoryPeak, processFaults), what an alert waits for (memoryEvents), and the break-down by
 * executable, without which the same metrics would be other series.
 */
export const THINNING_ORDER = [
  'pss',
  'contextSwitches',
  'fileDescriptors',
  'processDisk',
  'connections',
  'pressure',
  'disk',
  'network',
] as const satisfies readonly MetricFamily[];

export type MetricAttribute = {
  readonly name: string;
  /** All values it can take, where they are known beforehand. */
  readonly values?: readonly string[];
  /** When it is there, for one that not every point has. */
  readonly only?: string;
};

/** One metric, declared once: it makes the instrument, its row in the catalogue and its line in the documents. */
export type MetricDefinition = {
  readonly name: string;
  readonly kind: InstrumentKind;
  /** UCUM, as OpenTelemetry writes it. */
  readonly unit: string;
  readonly valueType: 'int' | 'double';
  readonly description: string;
  readonly attributes: readonly MetricAttribute[];
  /** Kernel file (cgroup v2 · v1) or engine API field that the value comes from. */
  readonly source: string;
  /** Absent for what the agent says of itself, which is always on. */
  readonly family?: MetricFamily;
  readonly enabledByDefault: boolean;
};
