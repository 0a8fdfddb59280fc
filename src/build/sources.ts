import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';
import type { Accounts } from '../accounting/accounts.ts';
import type { Instant } from '../accounting/container-account.ts';
import { createSystemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { type Collector, type CollectorOptions, createCollector } from '../cycle/collector.ts';
import { createSelection } from '../cycle/selection.ts';
import { createThinning, type Thinning } from '../cycle/thinning.ts';
import { glob } from '../glob.ts';
import { METRIC_FAMILIES, type MetricFamily } from '../instruments/definition.ts';
import { containerAttributes } from '../instruments/identity.ts';
import { createMetricSelection, type MetricSelection } from '../instruments/metric-selection.ts';
import { createLimitCounter, type LimitCounter } from '../limit-counter.ts';
import type { Logger } from '../log.ts';
import { TEMPORALITY_SELECTORS } from '../push/temporality.ts';
import { createBlockDevices } from '../sources/block-devices.ts';
import { createCgroupFs } from '../sources/cgroup/cgroup-fs.ts';
import { createEndWatch } from '../sources/cgroup/end-watch.ts';
import type { Discovery } from '../sources/container.ts';
import type { EngineRequest } from '../sources/docker/client.ts';
import { detectHost, type HostAttributes } from '../sources/host.ts';
import { createInterfaceReader } from '../sources/interfaces.ts';
import { createKernelFiles, type KernelFiles } from '../sources/kernel-files.ts';
import { descriptorBudget } from '../sources/proc/descriptor-budget.ts';
import { createProcFs, type ProcFs, procPathOf } from '../sources/proc/proc-fs.ts';
import { createPssReader } from '../sources/pss.ts';
import { createResolver } from '../sources/resolution.ts';
import { VERSION } from '../version.ts';
import { buildDiscovery } from './discovery.ts';

export type Sources = {
  readonly files: KernelFiles;
  readonly limits: LimitCounter;
  readonly proc: ProcFs;
  readonly discovery: Discovery;
  /** Gaps in what the engine told us so far. */
  readonly gaps: () => number;
  /** Runs of containers that were too short to be measured. */
  readonly unseen: () => number;
  readonly host: HostAttributes;
  readonly collector: Collector;
  /** Families of which something is measured. */
  readonly families: MetricSelection['families'];
  readonly thinning: Thinning;
};

export type BuildOptions = { readonly config: Config; readonly log: Logger };

export type SourcesOptions = BuildOptions & {
  readonly clock?: () => Instant;
  readonly onRequest?: (request: EngineRequest) => void;
  /** As in CollectorOptions. */
  readonly fits?: CollectorOptions['fits'];
};

export async function buildSources(
  { config, log, clock = createSystemClock().now, onRequest = () => undefined, fits }: SourcesOptions,
  accounts: Accounts,
): Promise<Sources> {
  const { root, procPath, cgroupPath, runPath } = config.host;
  const limits = createLimitCounter({ log });
  const { onLimit } = limits;
  const files = createKernelFiles({ onLimit, maxKept: descriptorBudget(procPathOf({ root, path: procPath })) });
  const cgroups = createCgroupFs({ root, path: cgroupPath, files });
  const proc = createProcFs({ root, path: procPath, cgroupRoot: cgroups.namespaceRoot, files });
  const metrics = selectMetrics(config);
  const run = runPath || `${root.replace(/\/+$/, '')}/run`;
  const endWatch = createEndWatch({ cgroups, runPath: run, families: metrics.families, now: () => clock().unixMs });
  const { discovery, gaps, unseen, seen, seenAtEnd } = buildDiscovery({
    config,
    families: metrics.families,
    log,
    proc,
    endWatch,
    now: () => clock().unixMs,
    onLimit,
    onRequest,
  });
  const host = await detectHost(root);
  const wanted = config.containers.labels.map(glob);
  const base = { ...host, ...config.resource.attributes };
  const identity = {
    base,
    service: config.resource.containerService,
    command: config.resource.containerCommand,
    isLabelWanted: (key: string) => wanted.some((is) => is(key)),
    onLimit,
  };
  const thinning = buildThinning({ config, log }, metrics);
  const collector = createCollector({
    discovery,
    resolver: createResolver({ proc, cgroups, runPath: run }),
    proc,
    files,
    accounts,
    select: createSelection(config.containers),
    identify: (container) => containerAttributes(container, identity),
    seen,
    seenAtEnd,
    endWatch,
    sendsDeltas: sendsDeltas(config),
    // Each difference has a start of its own.
    fits: sendsDeltas(config) ? undefined : fits,
    blockDevices: createBlockDevices({ root, files }),
    pssReader: createPssReader({ proc, monotonicMs: () => clock().monotonicMs }),
    interfaceReader: createInterfaceReader({ proc, loopback: config.network.loopback }),
    version: VERSION,
    metrics,
    thinned: thinning.thinned,
    clock,
    log,
  });
  return { files, limits, proc, discovery, gaps, unseen, host, collector, families: metrics.families, thinning };
}

function buildThinning({ config, log }: BuildOptions, { families }: MetricSelection): Thinning {
  const { intervalMs, thinning } = config.collection;
  let count = 0;
  return createThinning({
    intervalMs,
    families: thinning.enabled ? families : new Set(),
    onChange(thinned, partOfInterval) {
      const facts = { thinned: [...thinned], partOfInterval };
      if (thinned.size > count)
        log.warn(facts, 'reading takes over a tenth of the interval: families of metrics are left out');
      else log.info(facts, 'reading has become shorter: a family of metrics is read again');
      count = thinned.size;
    },
  });
}

function selectMetrics({ metrics }: Config): MetricSelection {
  const families = Object.keys(METRIC_FAMILIES) as MetricFamily[];
  const [included, excluded] = [metrics.include.map(glob), metrics.exclude.map(glob)];
  return createMetricSelection({
    families: Object.fromEntries(families.map((family) => [family, metrics[family].enabled])) as Record<
      MetricFamily,
      boolean
    >,
    isIncluded: (name) => included.some((matches) => matches(name)),
    isExcluded: (name) => excluded.some((matches) => matches(name)),
  });
}

function sendsDeltas({ push }: Config): boolean {
  const temporality = TEMPORALITY_SELECTORS[push.temporality](InstrumentType.OBSERVABLE_COUNTER);
  return temporality === AggregationTemporality.DELTA;
}
