import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { createCollector } from '../../src/cycle/collector.ts';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import { createCgroupFs } from '../../src/sources/cgroup/cgroup-fs.ts';
import { createEndWatch } from '../../src/sources/cgroup/end-watch.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { createProcFs } from '../../src/sources/proc/proc-fs.ts';
import { createPssReader } from '../../src/sources/pss.ts';
import { createResolver } from '../../src/sources/resolution.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import { container } from '../fakes/containers.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { DB_ID, DB_PID, ROOT, WEB_ID, WEB_PIDS } from './world.ts';

export type Value = { readonly value: unknown; readonly startMs: number; readonly isCounter: boolean };

/** Points of one container by series. */
export type Values = ReadonlyMap<string, Value>;

/** What one cycle measured, by the container's name, and what it complained of. */
export type Measured = {
  readonly web: Values | undefined;
  readonly db: Values | undefined;
  readonly complaints: readonly string[];
};

export type Measurement = { cycle(): Promise<Measured> };

export const INTERVAL_MS = 10_000;
const STARTED_MS = 1_700_000_000_000;
const CONTAINERS = [
  container('web', { id: WEB_ID, pid: WEB_PIDS.first, startedAtMs: STARTED_MS }),
  container('db', { id: DB_ID, pid: DB_PID, startedAtMs: STARTED_MS + 1 }),
];

// One for all: making a log takes longer than a cycle.
const { log, lines } = createLogLines();

/** The agent's own parts over ROOT, with every metric switched on. */
export function createMeasurement(): Measurement {
  const files = createKernelFiles();
  const cgroups = createCgroupFs({ root: ROOT, path: '', files });
  const proc = createProcFs({ root: ROOT, path: '', cgroupRoot: cgroups.namespaceRoot, files });
  const runPath = `${ROOT}/run`;
  let nowMs = STARTED_MS + 1_000_000;
  const collector = createCollector({
    discovery: {
      current: async () => CONTAINERS,
      status: () => ({ status: 'ok', source: 'test' }),
      close: async () => undefined,
    },
    resolver: createResolver({ proc, cgroups, runPath }),
    proc,
    files,
    accounts: createAccounts(),
    select: () => ({ measured: true, reason: 'all' }),
    identify: ({ id, name }) => ({ 'container.id': id, 'container.name': name }),
    endWatch: createEndWatch({ cgroups, runPath, families: ALL_METRICS.families, now: () => nowMs }),
    metrics: ALL_METRICS,
    blockDevices: createBlockDevices({ root: ROOT, files }),
    pssReader: createPssReader({ proc, monotonicMs: () => 0 }),
    interfaceReader: createInterfaceReader({ proc, loopback: false }),
    version: '1.2.3',
    clock: () => ({ unixMs: nowMs, monotonicMs: nowMs }),
    log,
  });

  return {
    async cycle() {
      nowMs += INTERVAL_MS;
      lines.length = 0;
      const measured: { web?: Values; db?: Values } = {};
      for await (const each of collector.collect(await collector.discover())) {
        if (each.kind === 'measured') measured[each.usage.container.name as 'web' | 'db'] = valuesOf(each.metrics);
      }
      return {
        web: measured.web,
        db: measured.db,
        complaints: lines.map(({ msg, err }) => `${msg}: ${JSON.stringify(err)}`),
      };
    },
  };
}

function valuesOf({ scopeMetrics }: ResourceMetrics): Values {
  const values = new Map<string, Value>();
  for (const { metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const isCounter = 'isMonotonic' in metric && metric.isMonotonic;
      for (const { attributes, value, startTime } of metric.dataPoints) {
        const startMs = startTime[0] * 1000 + startTime[1] / 1e6;
        values.set(`${metric.descriptor.name} ${JSON.stringify(attributes)}`, { value, startMs, isCounter });
      }
    }
  }
  return values;
}
