import {
  type InstrumentKind,
  METRIC_FAMILIES,
  type MetricAttribute,
  type MetricDefinition,
  type MetricFamily,
} from './definition.ts';
import {
  ATTR_CONTAINER_HEALTH,
  ATTR_CONTAINER_STATUS,
  ATTR_CPU_MODE,
  ATTR_DESTINATION,
  ATTR_DISK_IO_DIRECTION,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_LIMIT,
  ATTR_MEMORY_EVENT_TYPE,
  ATTR_NETWORK_CONNECTION_STATE,
  ATTR_NETWORK_INTERFACE_NAME,
  ATTR_NETWORK_IO_DIRECTION,
  ATTR_NETWORK_TRANSPORT,
  ATTR_OTEL_COMPONENT_NAME,
  ATTR_OTEL_COMPONENT_TYPE,
  ATTR_PAGING_FAULT_TYPE,
  ATTR_PRESSURE_RESOURCE,
  ATTR_PRESSURE_SCOPE,
  ATTR_PROCESS_CONTEXT_SWITCH_TYPE,
  ATTR_PROCESS_EXECUTABLE_NAME,
  ATTR_PROCESS_MEMORY_TYPE,
  ATTR_PROCESS_STATE,
  ATTR_REASON,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_SOURCE,
  ATTR_STAGE,
  ATTR_SYSTEM_DEVICE,
  ATTR_URL_TEMPLATE,
} from './semconv.ts';

/*
 * The table of every metric. A row here makes the instrument, the catalogue of `plimsoll metrics` and docs/metrics.md;
 * one line in the subject's file observes it.
 */

const CPU_MODE: MetricAttribute = { name: ATTR_CPU_MODE, values: ['user', 'system'] };
const DISK: readonly MetricAttribute[] = [
  { name: ATTR_DISK_IO_DIRECTION, values: ['read', 'write'] },
  { name: ATTR_SYSTEM_DEVICE },
];
/** `default` is push.endpoint or the embedded receiver, the others have their names in push.destinations. */
const DESTINATION: MetricAttribute = { name: ATTR_DESTINATION };
const DROP_REASON: MetricAttribute = {
  name: ATTR_REASON,
  values: ['full', 'expired', 'rejected', 'unreadable', 'removed'],
};
const DIRECTION: MetricAttribute = { name: ATTR_NETWORK_IO_DIRECTION, values: ['receive', 'transmit'] };
const EXECUTABLE: MetricAttribute = {
  name: ATTR_PROCESS_EXECUTABLE_NAME,
  only: 'where `metrics.executables` is on',
};
const INTERFACE: MetricAttribute = { name: ATTR_NETWORK_INTERFACE_NAME };

type Row = Omit<MetricDefinition, 'kind' | 'enabledByDefault' | 'attributes' | 'family'> & {
  readonly attributes?: readonly MetricAttribute[];
};

const row =
  (kind: InstrumentKind, family?: MetricFamily) =>
  ({ attributes = [], ...rest }: Row): MetricDefinition => ({
    ...rest,
    attributes,
    kind,
    enabledByDefault: family === undefined || METRIC_FAMILIES[family].enabledByDefault,
    ...(family && { family }),
  });

const kinds = (family?: MetricFamily) => ({
  counter: row('counter', family),
  upDown: row('updowncounter', family),
  gauge: row('gauge', family),
});

const processes = kinds('processes');
const contextSwitches = kinds('contextSwitches');
const processFaults = kinds('processFaults');
const fileDescriptors = kinds('fileDescriptors');
const processDisk = kinds('processDisk');
const pss = kinds('pss');
const cpu = kinds('cpu');
const memory = kinds('memory');
const memoryPeak = kinds('memoryPeak');
const memoryEvents = kinds('memoryEvents');
const tasks = kinds('tasks');
const disk = kinds('disk');
const pressure = kinds('pressure');
const network = kinds('network');
const connections = kinds('connections');
const life = kinds('life');
const filesystem = kinds('filesystem');
/** Which exporter a point is of: destinations differ in all but the type. */
const EXPORTER: readonly MetricAttribute[] = [
  { name: ATTR_OTEL_COMPONENT_NAME },
  { name: ATTR_OTEL_COMPONENT_TYPE, values: ['otlp_http_metric_exporter', 'otlp_http_json_metric_exporter'] },
  { name: ATTR_SERVER_ADDRESS },
  { name: ATTR_SERVER_PORT },
];
const self = { ...kinds(), histogram: row('histogram') };

// biome-ignore format: one metric a line, so that the table reads as a table.
export const METRICS = {
  // Processes: procfs, summed over the container's processes.
  processCpuTime: processes.counter({ name: 'container.process.cpu.time', unit: 's', valueType: 'double', attributes: [CPU_MODE, EXECUTABLE], description: "CPU time of the container's processes, those that ended included.", source: 'procfs PID/stat utime+cutime, stime+cstime' }),
  processMemoryResident: processes.upDown({ name: 'container.process.memory.resident', unit: 'By', valueType: 'int', attributes: [{ name: ATTR_PROCESS_MEMORY_TYPE, values: ['anon', 'file', 'shmem'] }, EXECUTABLE], description: 'Resident memory summed over processes; pages they share count once for each.', source: 'procfs PID/status RssAnon, RssFile, RssShmem' }),
  processMemoryVirtual: processes.upDown({ name: 'container.process.memory.virtual', unit: 'By', valueType: 'int', attributes: [EXECUTABLE], description: 'Virtual memory summed over processes.', source: 'procfs PID/status VmSize' }),
  processMemorySwap: processes.upDown({ name: 'container.process.memory.swap', unit: 'By', valueType: 'int', attributes: [EXECUTABLE], description: 'Swapped-out anonymous memory summed over processes.', source: 'procfs PID/status VmSwap' }),
  processCount: processes.upDown({ name: 'container.process.count', unit: '{process}', valueType: 'int', attributes: [{ name: ATTR_PROCESS_STATE, values: ['running', 'sleeping', 'stopped', 'defunct'] }, EXECUTABLE], description: 'Processes by state.', source: 'procfs PID/stat state' }),
  processThreadCount: processes.upDown({ name: 'container.process.thread.count', unit: '{thread}', valueType: 'int', attributes: [EXECUTABLE], description: 'Threads of all processes.', source: 'procfs PID/stat num_threads' }),
  processContextSwitches: contextSwitches.counter({ name: 'container.process.context_switches', unit: '{context_switch}', valueType: 'int', attributes: [{ name: ATTR_PROCESS_CONTEXT_SWITCH_TYPE, values: ['voluntary', 'involuntary'] }, EXECUTABLE], description: "Context switches of the processes' threads; the last ones of a thread that ended may be missing.", source: 'procfs PID/task/*/status voluntary_ctxt_switches, nonvoluntary_ctxt_switches' }),
  processPagingFaults: processFaults.counter({ name: 'container.process.paging.faults', unit: '{fault}', valueType: 'int', attributes: [{ name: ATTR_PAGING_FAULT_TYPE, values: ['major', 'minor'] }, EXECUTABLE], description: "Page faults of the container's processes, those that ended included.", source: 'procfs PID/stat minflt+cminflt, majflt+cmajflt' }),
  processFileDescriptorCount: fileDescriptors.upDown({ name: 'container.process.file_descriptor.count', unit: '{file_descriptor}', valueType: 'int', attributes: [EXECUTABLE], description: 'Open file descriptors summed over processes; absent where one may not be looked at.', source: 'procfs PID/fd' }),
  processFileDescriptorUtilization: fileDescriptors.gauge({ name: 'container.process.file_descriptor.utilization', unit: '1', valueType: 'double', description: 'Open file descriptors over the soft limit, of the process that is nearest to it; never by executable, since it is no sum.', source: 'procfs PID/fd, PID/limits Max open files' }),
  processDiskIo: processDisk.counter({ name: 'container.process.disk.io', unit: 'By', valueType: 'int', attributes: [{ name: ATTR_DISK_IO_DIRECTION, values: ['read', 'write'] }], description: 'Bytes that the processes caused to be read from and written to storage, buffered writes included; never by executable, since a process has those of the children that it waited for as its own.', source: 'procfs PID/io read_bytes, write_bytes' }),
  processMemoryPss: pss.upDown({ name: 'container.process.memory.pss', unit: 'By', valueType: 'int', attributes: [EXECUTABLE], description: 'Resident memory, each page shared out among the processes that map it; absent where a process may not be looked at or has over 1 GiB.', source: 'procfs PID/smaps_rollup Pss, sampled: at most 20 ms in a cycle for all containers' }),

  // Container accounting: cgroup.
  cpuTime: cpu.counter({ name: 'container.cpu.time', unit: 's', valueType: 'double', attributes: [CPU_MODE], description: 'CPU time that the kernel charged to the container.', source: 'cpu.stat user_usec, system_usec · cpuacct.stat user, system' }),
  cpuUsage: cpu.gauge({ name: 'container.cpu.usage', unit: '{cpu}', valueType: 'double', attributes: [CPU_MODE], description: 'CPUs in use since the previous cycle.', source: 'difference of container.cpu.time over elapsed time' }),
  cpuLimit: cpu.upDown({ name: 'container.cpu.limit', unit: '{cpu}', valueType: 'double', description: 'CPUs the container may use; absent without a limit.', source: 'cpu.max · cpu.cfs_quota_us / cpu.cfs_period_us' }),
  cpuThrottlingPeriods: cpu.counter({ name: 'container.cpu.throttling.periods', unit: '{period}', valueType: 'int', description: 'Enforcement periods in which the container was runnable.', source: 'cpu.stat nr_periods' }),
  cpuThrottledPeriods: cpu.counter({ name: 'container.cpu.throttling.throttled_periods', unit: '{period}', valueType: 'int', description: 'Enforcement periods in which the container was throttled at its own limit; those of child cgroups are not included, on v1 and v2.', source: 'cpu.stat nr_throttled' }),
  cpuThrottlingTime: cpu.counter({ name: 'container.cpu.throttling.time', unit: 's', valueType: 'double', description: 'Time for which the container was throttled, summed over its run queues.', source: 'cpu.stat throttled_usec · throttled_time' }),
  memoryUsage: memory.upDown({ name: 'container.memory.usage', unit: 'By', valueType: 'int', description: 'Memory charged to the container, page cache included.', source: 'memory.current · memory.usage_in_bytes' }),
  memoryWorkingSet: memory.upDown({ name: 'container.memory.working_set', unit: 'By', valueType: 'int', description: 'Usage without inactive file pages.', source: 'usage − inactive_file · total_inactive_file' }),
  memoryRss: memory.upDown({ name: 'container.memory.rss', unit: 'By', valueType: 'int', description: 'Anonymous memory, each page counted once.', source: 'memory.stat anon · total_rss' }),
  memoryAvailable: memory.upDown({ name: 'container.memory.available', unit: 'By', valueType: 'int', description: 'Limit minus working set; absent without a limit.', source: 'limit − working set' }),
  memoryLimit: memory.upDown({ name: 'container.memory.limit', unit: 'By', valueType: 'int', description: 'Memory the container may use; absent without a limit.', source: 'memory.max · memory.limit_in_bytes' }),
  memoryCache: memory.upDown({ name: 'container.memory.cache', unit: 'By', valueType: 'int', description: 'Page cache, tmpfs and shared memory included.', source: 'memory.stat file · total_cache' }),
  memorySwap: memory.upDown({ name: 'container.memory.swap', unit: 'By', valueType: 'int', description: 'Swap charged to the container.', source: 'memory.swap.current · memory.stat total_swap' }),
  pagingFaults: memory.counter({ name: 'container.paging.faults', unit: '{fault}', valueType: 'int', attributes: [{ name: ATTR_PAGING_FAULT_TYPE, values: ['major', 'minor'] }], description: 'Page faults.', source: 'memory.stat pgfault, pgmajfault · total_pgfault, total_pgmajfault' }),
  memoryPeak: memoryPeak.gauge({ name: 'container.memory.peak', unit: 'By', valueType: 'int', description: 'The most memory that was charged to the container since its start.', source: 'memory.peak · memory.max_usage_in_bytes' }),
  memoryEvents: memoryEvents.counter({ name: 'container.memory.events', unit: '{event}', valueType: 'int', attributes: [{ name: ATTR_MEMORY_EVENT_TYPE, values: ['low', 'high', 'max', 'oom', 'oom_kill'] }], description: 'How often the memory controller acted; max counts hits of the limit, oom_kill killed processes; those of child cgroups included.', source: 'memory.events · memory.failcnt + memory.memsw.failcnt as max, memory.oom_control oom_kill' }),
  diskIo: disk.counter({ name: 'container.disk.io', unit: 'By', valueType: 'int', attributes: DISK, description: 'Bytes read from and written to a block device; on cgroup v1 without buffered writes.', source: 'io.stat · blkio.throttle.io_service_bytes_recursive' }),
  diskOperations: disk.counter({ name: 'container.disk.operations', unit: '{operation}', valueType: 'int', attributes: DISK, description: 'Reads from and writes to a block device; on cgroup v1 without buffered writes.', source: 'io.stat · blkio.throttle.io_serviced_recursive' }),
  pressureTime: pressure.counter({ name: 'container.pressure.time', unit: 's', valueType: 'double', attributes: [{ name: ATTR_PRESSURE_RESOURCE, values: ['cpu', 'memory', 'io'] }, { name: ATTR_PRESSURE_SCOPE, values: ['some', 'full'] }], description: 'Time for which some task, or all at once, waited for a resource.', source: 'cpu.pressure, memory.pressure, io.pressure total · the same, of the v2 hierarchy where one is mounted beside v1, else absent' }),
  taskCount: tasks.upDown({ name: 'container.task.count', unit: '{task}', valueType: 'int', description: 'Processes and threads that the kernel charged to the container, defunct ones included.', source: 'pids.current' }),
  taskLimit: tasks.upDown({ name: 'container.task.limit', unit: '{task}', valueType: 'int', description: 'Processes and threads the container may have; absent without a limit.', source: 'pids.max' }),

  // Network: once per network namespace.
  networkIo: network.counter({ name: 'container.network.io', unit: 'By', valueType: 'int', attributes: [DIRECTION, INTERFACE], description: 'Bytes through an interface of the container.', source: 'procfs PID/net/dev bytes' }),
  networkPacketCount: network.counter({ name: 'container.network.packet.count', unit: '{packet}', valueType: 'int', attributes: [DIRECTION, INTERFACE], description: 'Packets through an interface of the container.', source: 'procfs PID/net/dev packets' }),
  networkPacketDropped: network.counter({ name: 'container.network.packet.dropped', unit: '{packet}', valueType: 'int', attributes: [DIRECTION, INTERFACE], description: 'Packets dropped though there was no error.', source: 'procfs PID/net/dev drop' }),
  networkErrors: network.counter({ name: 'container.network.errors', unit: '{error}', valueType: 'int', attributes: [DIRECTION, INTERFACE], description: 'Errors on an interface of the container.', source: 'procfs PID/net/dev errs' }),
  connectionCount: connections.upDown({ name: 'container.network.connection.count', unit: '{connection}', valueType: 'int', attributes: [{ name: ATTR_NETWORK_TRANSPORT, values: ['tcp', 'udp'] }, { name: ATTR_NETWORK_CONNECTION_STATE, values: ['established', 'syn_sent', 'syn_received', 'fin_wait_1', 'fin_wait_2', 'time_wait', 'closed', 'close_wait', 'last_ack', 'listen', 'closing'], only: 'of TCP' }], description: 'Sockets of the network namespace by state, IPv4 and IPv6 together; UDP has no states. Absent for TCP with over 100,000 sockets.', source: 'procfs PID/net/tcp, tcp6, sockstat, sockstat6' }),

  // Life: the engine's API.
  uptime: life.gauge({ name: 'container.uptime', unit: 's', valueType: 'double', description: 'Time since the container was started; begins again at a restart.', source: 'inspect State.StartedAt' }),
  status: life.upDown({ name: 'container.status', unit: '{container}', valueType: 'int', attributes: [{ name: ATTR_CONTAINER_STATUS, values: ['created', 'running', 'paused', 'restarting', 'exited', 'dead'] }], description: '1 for the state the container is in, 0 for the others.', source: 'inspect State.Status' }),
  healthStatus: life.upDown({ name: 'container.health.status', unit: '{container}', valueType: 'int', attributes: [{ name: ATTR_CONTAINER_HEALTH, values: ['starting', 'healthy', 'unhealthy'] }], description: '1 for what the last health checks say, 0 for the others; absent without a health check.', source: 'inspect State.Health.Status' }),
  exitCode: life.gauge({ name: 'container.exit.code', unit: '{code}', valueType: 'int', description: 'How the last run ended; while the container does not run.', source: 'inspect State.ExitCode' }),
  oomKilled: life.upDown({ name: 'container.oom_killed', unit: '{container}', valueType: 'int', description: '1 where the last run was killed for want of memory, else 0; while the container does not run.', source: 'inspect State.OOMKilled' }),
  restartCount: life.upDown({ name: 'container.restart.count', unit: '{restart}', valueType: 'int', description: 'Restarts by the engine since the container was created.', source: 'inspect RestartCount' }),

  // The writable layer: the engine's API, asked rarely.
  filesystemUsage: filesystem.upDown({ name: 'container.filesystem.usage', unit: 'By', valueType: 'int', description: "Files that the container wrote into its own layer; as the engine said it at most five minutes ago, or later where it takes long to say it.", source: 'inspect SizeRw' }),

  // A pod: once per network namespace, on a Resource of the pod's own.
  podNetworkIo: network.counter({ name: 'k8s.pod.network.io', unit: 'By', valueType: 'int', attributes: [DIRECTION, INTERFACE], description: 'Bytes through an interface of the pod.', source: "procfs PID/net/dev bytes of the pod's sandbox" }),
  podNetworkErrors: network.counter({ name: 'k8s.pod.network.errors', unit: '{error}', valueType: 'int', attributes: [DIRECTION, INTERFACE], description: 'Errors on an interface of the pod.', source: "procfs PID/net/dev errs of the pod's sandbox" }),

  // The agent about itself.
  cycleDuration: self.histogram({ name: 'plimsoll.cycle.duration', unit: 's', valueType: 'double', attributes: [{ name: ATTR_STAGE, values: ['discover', 'collect', 'deliver', 'total'] }], description: 'Duration of the stages of one cycle.', source: 'monotonic clock' }),
  selfContainers: self.upDown({ name: 'plimsoll.containers', unit: '{container}', valueType: 'int', description: 'Containers measured in the last cycle.', source: 'the last cycle' }),
  selfProcesses: self.upDown({ name: 'plimsoll.processes', unit: '{process}', valueType: 'int', description: 'Processes measured in the last cycle.', source: 'the last cycle' }),
  thinned: self.upDown({ name: 'plimsoll.thinned', unit: '{family}', valueType: 'int', description: 'Families of metrics that are on and not read, since reading takes over a tenth of the interval; the log says which.', source: 'the last cycles' }),
  readCount: self.counter({ name: 'plimsoll.read.count', unit: '{read}', valueType: 'int', attributes: [{ name: ATTR_SOURCE }], description: 'Kernel files read.', source: 'every read' }),
  readErrors: self.counter({ name: 'plimsoll.read.errors', unit: '{read}', valueType: 'int', attributes: [{ name: ATTR_SOURCE }, { name: ATTR_REASON, values: ['gone', 'denied', 'malformed', 'failed'] }], description: 'Kernel files that could not be read.', source: 'every read' }),
  containersUnseen: self.counter({ name: 'plimsoll.containers.unseen', unit: '{container}', valueType: 'int', description: 'Runs of containers that began and ended between two cycles, so that nothing of them was measured.', source: 'event stream' }),
  discoveryGaps: self.counter({ name: 'plimsoll.discovery.gaps', unit: '{gap}', valueType: 'int', description: "Breaks in the engine's event stream, each followed by a new list.", source: 'event stream' }),
  cpuUnattributed: self.gauge({ name: 'plimsoll.cpu.unattributed', unit: 's', valueType: 'double', description: 'CPU time charged to all containers that no living or remembered process accounts for; a difference of two readings, so it may fall.', source: 'container.cpu.time − container.process.cpu.time' }),
  cpuSource: self.upDown({ name: 'plimsoll.cpu.source', unit: '{container}', valueType: 'int', attributes: [{ name: ATTR_SOURCE, values: ['cgroup', 'procfs'] }], description: 'Containers by where their container.cpu.time comes from: cgroup accounting, or the sum over their processes where no cgroup can be read.', source: 'the last cycle' }),
  dockerRequestDuration: self.histogram({ name: 'plimsoll.docker.request.duration', unit: 's', valueType: 'double', attributes: [{ name: ATTR_URL_TEMPLATE }, { name: ATTR_ERROR_TYPE, only: 'where it failed' }], description: "Duration of requests to the engine's API.", source: 'monotonic clock' }),
  limitReached: self.counter({ name: 'plimsoll.limit.reached', unit: '{event}', valueType: 'int', attributes: [{ name: ATTR_LIMIT }], description: 'Readings in which a limit of docs/limits.md left something out.', source: 'every reading' }),
  attributeOverflow: self.counter({ name: 'plimsoll.attribute.overflow', unit: '{attribute_set}', valueType: 'int', attributes: [{ name: ATTR_LIMIT }], description: 'Sets of attributes, such as interfaces, left out over all readings because a container has too many.', source: 'every reading' }),
  outboxBatches: self.upDown({ name: 'plimsoll.outbox.batches', unit: '{batch}', valueType: 'int', attributes: [DESTINATION], description: 'Batches waiting to be sent.', source: 'outbox' }),
  outboxSize: self.upDown({ name: 'plimsoll.outbox.size', unit: 'By', valueType: 'int', attributes: [DESTINATION], description: 'Bytes waiting to be sent; what waits for several destinations is stored once, and counted for each.', source: 'outbox' }),
  outboxOldestAge: self.gauge({ name: 'plimsoll.outbox.oldest.age', unit: 's', valueType: 'double', attributes: [DESTINATION], description: 'How long the oldest batch has waited to be sent; 0 where none waits.', source: 'outbox' }),
  outboxWriteErrors: self.counter({ name: 'plimsoll.outbox.write.errors', unit: '{error}', valueType: 'int', attributes: [DESTINATION], description: 'Attempts to open the file of the outbox or to write to it that failed.', source: 'outbox' }),
  outboxDropped: self.counter({ name: 'plimsoll.outbox.dropped', unit: '{batch}', valueType: 'int', attributes: [DESTINATION, DROP_REASON], description: 'Batches given up; `removed`: they waited for a destination that is no longer configured.', source: 'outbox' }),
  outboxDroppedPoints: self.counter({ name: 'plimsoll.outbox.data_point.dropped', unit: '{data_point}', valueType: 'int', attributes: [DESTINATION, DROP_REASON], description: 'Data points of the batches given up.', source: 'outbox' }),
  exportedPoints: self.counter({ name: 'otel.sdk.exporter.metric_data_point.exported', unit: '{data_point}', valueType: 'int', attributes: [...EXPORTER, { name: ATTR_ERROR_TYPE, only: 'of those that the receiver did not take: an HTTP status, or `rejected` where it took the rest of their request' }], description: 'Data points for which the export has finished, either successful or failed.', source: 'answers of the receivers' }),
  inflightPoints: self.upDown({ name: 'otel.sdk.exporter.metric_data_point.inflight', unit: '{data_point}', valueType: 'int', attributes: EXPORTER, description: 'Data points of the batch that is being sent, the pauses between attempts included.', source: 'delivery' }),
  exportDuration: self.histogram({ name: 'otel.sdk.exporter.operation.duration', unit: 's', valueType: 'double', attributes: [...EXPORTER, { name: ATTR_ERROR_TYPE, only: 'where it failed' }, { name: ATTR_HTTP_RESPONSE_STATUS_CODE, only: 'where the receiver answered' }], description: 'Duration of each attempt at sending a batch.', source: 'monotonic clock' }),
  agentCpuTime: self.counter({ name: 'process.cpu.time', unit: 's', valueType: 'double', attributes: [CPU_MODE], description: "CPU time of the agent's own process.", source: 'getrusage' }),
  agentMemoryUsage: self.upDown({ name: 'process.memory.usage', unit: 'By', valueType: 'int', description: "Resident memory of the agent's own process.", source: 'procfs self/stat rss' }),
} as const satisfies Record<string, MetricDefinition>;

export const METRIC_DEFINITIONS: readonly MetricDefinition[] = Object.values(METRICS);
