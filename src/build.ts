import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { type Accounts, createAccounts } from './accounting/accounts.ts';
import type { Instant } from './accounting/container-account.ts';
import { buildPush, type Push } from './build-push.ts';
import type { Config } from './config/config.ts';
import { type Collector, createCollector } from './cycle/collector.ts';
import { createCycle } from './cycle/cycle.ts';
import { phaseMs } from './cycle/phase.ts';
import { createSelection, glob } from './cycle/selection.ts';
import { createTicker } from './cycle/ticker.ts';
import { METRIC_FAMILIES, type MetricFamily } from './instruments/definition.ts';
import { containerAttributes } from './instruments/identity.ts';
import { createMetricSelection, type MetricSelection } from './instruments/metric-selection.ts';
import { registerSelfInstruments, type SelfInstruments } from './instruments/self.ts';
import {
  ATTR_HOST_ID,
  ATTR_HOST_NAME,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  SCHEMA_URL,
} from './instruments/semconv.ts';
import type { Logger } from './log.ts';
import { createBatcher } from './push/batcher.ts';
import { createDeltaMemories } from './push/delta.ts';
import { ENCODINGS } from './push/encoding.ts';
import { createSelfExporter } from './push/self-exporter.ts';
import { TEMPORALITY_SELECTORS } from './push/temporality.ts';
import { createBlockDevices } from './sources/block-devices.ts';
import { createCgroupFs } from './sources/cgroup/cgroup-fs.ts';
import { createCgroupDiscovery } from './sources/cgroup/discovery.ts';
import type { Discovery } from './sources/container.ts';
import { createAutoDiscovery } from './sources/discovery.ts';
import { createDockerDiscovery } from './sources/docker/discovery.ts';
import { detectHost, type HostAttributes } from './sources/host.ts';
import { createInterfaceReader } from './sources/interfaces.ts';
import { createKernelFiles, type KernelFiles } from './sources/kernel-files.ts';
import { createProcFs, type ProcFs } from './sources/proc/proc-fs.ts';
import { createResolver } from './sources/resolution.ts';
import { VERSION } from './version.ts';

/*
 * The only wiring: every part is made here and handed what it needs.
 */

export type Sources = {
  readonly files: KernelFiles;
  readonly proc: ProcFs;
  readonly discovery: Discovery;
  /** Gaps in what the engine told us so far. */
  readonly gaps: () => number;
  readonly host: HostAttributes;
  readonly collector: Collector;
};

export type BuildOptions = { readonly config: Config; readonly log: Logger };

const systemClock = (): Instant => ({ unixMs: Date.now(), monotonicMs: performance.now() });

export async function buildSources(
  { config, log, clock = systemClock }: BuildOptions & { readonly clock?: () => Instant },
  accounts: Accounts,
): Promise<Sources> {
  const { root, procPath, cgroupPath, runPath } = config.host;
  const files = createKernelFiles();
  const cgroups = createCgroupFs({ root, path: cgroupPath, files });
  const proc = createProcFs({ root, path: procPath, cgroupRoot: cgroups.namespaceRoot, files });
  const { discovery, gaps } = buildDiscovery({ config, log }, proc);
  const host = await detectHost(root);
  const wanted = config.containers.labels.map(glob);
  const base = { ...host, ...config.resource.attributes };
  const identity = {
    base,
    service: config.resource.containerService,
    isLabelWanted: (key: string) => wanted.some((is) => is(key)),
  };
  const collector = createCollector({
    discovery,
    resolver: createResolver({ proc, cgroups, runPath: runPath || `${root.replace(/\/+$/, '')}/run` }),
    proc,
    files,
    accounts,
    select: createSelection(config.containers),
    identify: (container) => containerAttributes(container, identity),
    deltas: sendsDeltas(config) ? createDeltaMemories(Date.now()) : undefined,
    blockDevices: createBlockDevices({ root, files }),
    interfaceReader: createInterfaceReader({ proc, loopback: config.network.loopback }),
    version: VERSION,
    metrics: selectMetrics(config),
    clock,
    log,
  });
  return { files, proc, discovery, gaps, host, collector };
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

function buildDiscovery({ config, log }: BuildOptions, proc: ProcFs): { discovery: Discovery; gaps: () => number } {
  const cgroups = createCgroupDiscovery({ proc });
  if (config.discovery.source === 'cgroup') return { discovery: cgroups, gaps: () => 0 };
  const { host, tlsVerify, certPath, timeoutMs, relistIntervalMs } = config.docker;
  const engine = createDockerDiscovery({
    client: { host, tlsVerify, certPath, timeoutMs },
    relistIntervalMs,
    now: Date.now,
    random: Math.random,
    log,
  });
  const discovery = config.discovery.source === 'docker' ? engine : createAutoDiscovery({ engine, cgroups, log });
  return { discovery, gaps: engine.gaps };
}

export type Agent = {
  start(): Promise<void>;
  /** A last cycle, a flush, and everything closed, within the shutdown time. */
  stop(): Promise<void>;
};

const FIRST_JITTER_MS = 1_000;

export async function buildAgent({ config, log }: BuildOptions, accounts = createAccounts()): Promise<Agent> {
  const sources = await buildSources({ config, log }, accounts);
  const { intervalMs } = config.collection;
  const facts: { startedAtMs: number; lastCycleFinishedAtMs?: number } = { startedAtMs: performance.now() };
  const push = buildPush({ config, log }, () => ({ ...facts, engine: engineText(sources.discovery) }));
  const encoding = ENCODINGS[config.push.protocol];
  const batcherOptions = { encoding, ...config.push, deliver: push.deliver };

  let report = { containers: 0, processes: 0 };
  const self = buildSelf({ config, log }, sources, push, () => report);
  const cycle = createCycle({
    collector: sources.collector,
    encoding,
    batcher: createBatcher(batcherOptions),
    monotonicMs: () => performance.now(),
    recordStage: self.instruments.recordStage,
  });

  async function run(): Promise<void> {
    try {
      const startedAtMs = performance.now();
      report = await cycle();
      facts.lastCycleFinishedAtMs = performance.now();
      noteDuration(facts.lastCycleFinishedAtMs - startedAtMs);
    } catch (error) {
      log.error({ err: error }, 'a cycle failed');
    }
  }

  let late = false;
  /** One line when cycles begin to take too long, and one when they are in time again. */
  function noteDuration(durationMs: number): void {
    const wasLate = late;
    late = durationMs > config.collection.timeoutMs;
    if (late && !wasLate)
      log.warn({ durationMs: Math.round(durationMs) }, 'a cycle takes longer than collection.timeoutMs');
    if (wasLate && !late) log.info({ durationMs: Math.round(durationMs) }, 'cycles are in time again');
  }

  const ticker = createTicker({
    intervalMs,
    phaseMs: phaseMs(sources.host[ATTR_HOST_ID] ?? sources.host[ATTR_HOST_NAME] ?? hostname(), intervalMs),
    firstJitterMs: config.push.endpoint === '' ? 0 : FIRST_JITTER_MS,
    run,
    unixMs: Date.now,
    monotonicMs: () => performance.now(),
  });

  return {
    async start() {
      await push.start();
      ticker.start();
    },
    async stop() {
      const { timeoutMs } = config.shutdown;
      const deadline = performance.now() + timeoutMs;
      // An engine that does not answer must not cost the flush its time: the last cycle then takes what it last knew.
      const patience = setTimeout(() => void sources.discovery.close(), timeoutMs / 2);
      await ticker.stop();
      await run();
      clearTimeout(patience);
      await self.provider.shutdown();
      await push.stop(Math.max(0, deadline - performance.now()));
      await sources.discovery.close();
    },
  };
}

function engineText(discovery: Discovery): string {
  const status = discovery.status();
  return status.status === 'ok' ? `${status.source}: ok` : `${status.source}: away, ${status.reason}`;
}

type Self = { readonly provider: MeterProvider; readonly instruments: SelfInstruments };

/** The agent's own metrics: the SDK's periodic reader in front of the push path of everything else. */
function buildSelf(
  { config }: BuildOptions,
  sources: Sources,
  push: Push,
  report: () => { containers: number; processes: number },
): Self {
  const encoding = ENCODINGS[config.push.protocol];
  const batcher = createBatcher({ encoding, ...config.push, deliver: push.deliver });
  const { intervalMs } = config.collection;
  const reader = new PeriodicExportingMetricReader({
    exporter: createSelfExporter({ temporality: config.push.temporality, encoding, batcher }),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: intervalMs,
  });
  const { host } = sources;
  const resource = resourceFromAttributes(
    {
      ...host,
      [ATTR_SERVICE_INSTANCE_ID]: host[ATTR_HOST_ID] ?? host[ATTR_HOST_NAME] ?? hostname(),
      ...config.resource.attributes,
      [ATTR_SERVICE_NAME]: config.resource.serviceName,
      [ATTR_SERVICE_VERSION]: VERSION,
    },
    { schemaUrl: SCHEMA_URL },
  );
  const provider = new MeterProvider({ resource, readers: [reader] });
  const instruments = registerSelfInstruments(provider.getMeter('plimsoll', VERSION, { schemaUrl: SCHEMA_URL }), () => {
    const { batches, bytes, dropped } = push.outbox();
    const reads = [...sources.files.counts()].map(([source, { total, failures }]) => ({ source, total, failures }));
    return { ...report(), reads, discoveryGaps: sources.gaps(), outboxBatches: batches, outboxBytes: bytes, dropped };
  });
  return { provider, instruments };
}
