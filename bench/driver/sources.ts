import { buildDiscovery } from '../../src/build/discovery.ts';
import type { Config } from '../../src/config/config.ts';
import { METRIC_FAMILIES, type MetricFamily } from '../../src/instruments/definition.ts';
import { createMetricSelection, type MetricSelection } from '../../src/instruments/metric-selection.ts';
import { createLogger } from '../../src/log.ts';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import { createCgroupFs } from '../../src/sources/cgroup/cgroup-fs.ts';
import { createEndWatch } from '../../src/sources/cgroup/end-watch.ts';
import type { Discovery } from '../../src/sources/container.ts';
import { type ContainerReading, readContainer } from '../../src/sources/container-reading.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createKernelFiles, type KernelFiles } from '../../src/sources/kernel-files.ts';
import { descriptorBudget } from '../../src/sources/proc/descriptor-budget.ts';
import { createProcFs, type ProcFs, procPathOf } from '../../src/sources/proc/proc-fs.ts';
import { createResolver, type Resolved, type Resolver } from '../../src/sources/resolution.ts';

/** The sources of an agent at its defaults, wired as src/build does it, but in parts that can be run alone. */
export type DriverSources = {
  readonly proc: ProcFs;
  readonly discovery: Discovery;
  readonly metrics: MetricSelection;
  /** A resolver remembers what it was asked last: a group of containers has one of its own. */
  createResolver(): Resolver;
  read(resolved: Resolved): ContainerReading;
};

/** Kernel files as the agent reads them. */
export function agentFiles({ host: { root, procPath } }: Config): KernelFiles {
  return createKernelFiles({ maxKept: descriptorBudget(procPathOf({ root, path: procPath })) });
}

const ignore = (): undefined => undefined;

export function createDriverSources(config: Config, files: KernelFiles): DriverSources {
  const { root, procPath, cgroupPath, runPath } = config.host;
  const log = createLogger(config.log);
  const cgroups = createCgroupFs({ root, path: cgroupPath, files });
  const proc = createProcFs({ root, path: procPath, cgroupRoot: cgroups.namespaceRoot, files });
  const metrics = defaultMetrics(config);
  const { families } = metrics;
  const endWatch = createEndWatch({ cgroups, runPath, families, now: Date.now });
  const blockDevices = createBlockDevices({ root, files });
  const interfaceReader = createInterfaceReader({ proc, loopback: config.network.loopback });
  const options = { proc, files, families, blockDevices, interfaceReader };
  const last = new Map<string, ContainerReading>();
  return {
    proc,
    metrics,
    discovery: buildDiscovery({
      config,
      families,
      log,
      proc,
      endWatch,
      now: Date.now,
      onLimit: ignore,
      onRequest: ignore,
    }).discovery,
    createResolver: () => createResolver({ proc, cgroups, runPath }),
    read(resolved) {
      const reading = readContainer(resolved, options, last.get(resolved.container.id));
      last.set(resolved.container.id, reading);
      return reading;
    },
  };
}

function defaultMetrics({ metrics }: Config): MetricSelection {
  const families = Object.keys(METRIC_FAMILIES) as MetricFamily[];
  const switches = families.map((family) => [family, metrics[family].enabled]);
  return createMetricSelection({
    families: Object.fromEntries(switches) as Record<MetricFamily, boolean>,
    isIncluded: () => false,
    isExcluded: () => false,
  });
}
