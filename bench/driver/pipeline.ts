import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { decideNetworkOwners } from '../../src/accounting/network-owners.ts';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import { type ContainerMeter, createContainerMeter } from '../../src/cycle/container-meter.ts';
import { createTemplates } from '../../src/cycle/templates.ts';
import { containerAttributes } from '../../src/instruments/identity.ts';
import { CONTAINER_METRICS } from '../../src/instruments/index.ts';
import { createObserver, type Observer } from '../../src/instruments/observation.ts';
import { ENCODINGS } from '../../src/push/encoding.ts';
import type { OtlpSender } from '../../src/push/otlp-sender.ts';
import type { Container } from '../../src/sources/container.ts';
import { isRunning } from '../../src/sources/container.ts';
import { readHostNetNamespace } from '../../src/sources/proc/namespace.ts';
import type { Resolved } from '../../src/sources/resolution.ts';
import { VERSION } from '../../src/version.ts';
import { resolveAll } from '../../test/sources/resolve-all.ts';
import type { DriverSources } from './sources.ts';
import type { StageClock } from './stage-clock.ts';

export type PipelineOptions = {
  readonly group: string;
  readonly sources: DriverSources;
  readonly containers: readonly Container[];
  readonly send: OtlpSender['send'];
  readonly clock: StageClock;
};

type Observed = { readonly id: string; readonly chunk?: Uint8Array; readonly metrics?: ResourceMetrics };

/** So many containers go through a stage before the next one begins: few enough that no cycle's points are held at once. */
const CHUNK = 10;
const ENCODING = ENCODINGS['http/protobuf'];
const IDENTITY = { base: {}, service: true, command: false, isLabelWanted: () => true };

/** A cycle over one group of containers, stage by stage. */
export function createPipeline(options: PipelineOptions): () => Promise<void> {
  const { group, sources, containers, clock } = options;
  const resolver = sources.createResolver();
  const accounts = createAccounts();
  const templates = createTemplates(ENCODING)!;
  const observer = createObserver(sources.metrics.isEnabled, CONTAINER_METRICS);
  const meters = new Map<string, ContainerMeter>(containers.map((each) => [each.id, meterOf(each, observer)]));

  /** A message where only values have changed, else the points of one. */
  async function observe(usage: ContainerUsage): Promise<Observed> {
    const { id } = usage.container;
    const meter = meters.get(id)!;
    const observation = meter.observe(usage);
    if (!meter.continues(usage) || !templates.fits(id, observation)) return { id, ...(await meter.collect(usage)) };
    // The agent fills it at once. What that costs is in this stage.
    return { id, chunk: templates.fill(id, meter.note(usage), observation).chunk };
  }

  function encode({ id, chunk, metrics }: Observed): Uint8Array {
    if (chunk) return chunk;
    const encoded = ENCODING.encode(metrics!);
    templates.put(id, encoded, metrics!);
    return encoded;
  }

  async function runChunk(chunk: readonly Resolved[]): Promise<Uint8Array[]> {
    const readings = chunk.map((each) => sources.read(each));
    clock.lap(group, 'read');
    const usages = readings.map((reading) => {
      const at = { unixMs: Date.now(), monotonicMs: performance.now() };
      return accounts.of(reading.container).account(reading, at);
    });
    clock.lap(group, 'account');
    const observed = [];
    for (const usage of usages) observed.push(await observe(usage));
    clock.lap(group, 'observe');
    const bodies = observed.map(encode);
    clock.lap(group, 'encode');
    return bodies;
  }

  return async () => {
    const resolved = resolveAll(resolver, containers);
    const candidates = resolved.map(({ container, netNamespace }) => {
      const { id, network, startedAtMs, isPodSandbox } = container;
      return { id, network, startedAtMs, isPodSandbox, netNamespace, stopped: !isRunning(container) };
    });
    decideNetworkOwners(candidates, readHostNetNamespace(sources.proc));
    clock.lap(group, 'resolve');
    const bodies: Uint8Array[] = [];
    for (let at = 0; at < resolved.length; at += CHUNK)
      bodies.push(...(await runChunk(resolved.slice(at, at + CHUNK))));
    const body = ENCODING.join(bodies);
    clock.lap(group, 'encode');
    // The agent has another thread do it. Here nothing else is to be done meanwhile.
    const compressed = gzipSync(body);
    clock.lap(group, 'compress');
    const { contentType } = ENCODING;
    const outcome = await options.send({ body: compressed, contentType, contentEncoding: 'gzip', pointCount: 0 });
    if (outcome.status !== 'accepted') throw new Error(`a batch was not accepted: ${outcome.reason}`);
    clock.lap(group, 'send');
  };
}

function meterOf(container: Container, observer: Observer): ContainerMeter {
  return createContainerMeter({
    attributes: containerAttributes(container, IDENTITY),
    version: VERSION,
    observer,
    startedAtMs: container.startedAtMs ?? Date.now(),
    now: Date.now,
  });
}
