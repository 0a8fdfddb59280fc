import type { Config } from '../config/config.ts';
import type { MetricFamily } from '../instruments/definition.ts';
import type { OnLimit } from '../limits.ts';
import type { Logger } from '../log.ts';
import { createCgroupDiscovery } from '../sources/cgroup/discovery.ts';
import type { EndWatch } from '../sources/cgroup/end-watch.ts';
import type { Discovery } from '../sources/container.ts';
import { createAutoDiscovery } from '../sources/discovery.ts';
import type { EngineRequest } from '../sources/docker/client.ts';
import { createDockerDiscovery } from '../sources/docker/discovery.ts';
import type { ProcFs } from '../sources/proc/proc-fs.ts';

export type DiscoveryParts = {
  readonly discovery: Discovery;
  /** Gaps in what the engine told us so far. */
  readonly gaps: () => number;
  /** Runs of containers that were too short to be measured. */
  readonly unseen: () => number;
  readonly seen: (id: string) => void;
  readonly seenAtEnd: (id: string) => void;
};

const MS_PER_SECOND = 1_000;

export type DiscoveryOptions = {
  readonly config: Config;
  /** Families of which something is measured, however it was chosen. */
  readonly families: ReadonlySet<MetricFamily>;
  readonly log: Logger;
  readonly proc: ProcFs;
  /** Is closed with the discovery. */
  readonly endWatch: EndWatch;
  /** The agent's time. */
  readonly now: () => number;
  readonly onLimit: OnLimit;
  readonly onRequest: (request: EngineRequest) => void;
};

export function buildDiscovery({
  config,
  families,
  log,
  proc,
  endWatch,
  now,
  onLimit,
  onRequest,
}: DiscoveryOptions): DiscoveryParts {
  const cgroups = createCgroupDiscovery({ proc });
  if (config.discovery.source === 'cgroup') {
    const ignore = (): undefined => undefined;
    return {
      discovery: closingWith(cgroups, endWatch.close),
      gaps: () => 0,
      unseen: () => 0,
      seen: ignore,
      seenAtEnd: ignore,
    };
  }
  const { host, tlsVerify, certPath, timeoutMs, relistIntervalMs } = config.docker;
  const engine = createDockerDiscovery({
    client: { host, tlsVerify, certPath, timeoutMs, onRequest },
    intervalMs: config.collection.intervalMs,
    relistIntervalMs,
    stoppedRetentionMs: config.life.stoppedRetentionSeconds * MS_PER_SECOND,
    imageDigests: config.resource.imageDigests,
    filesystemSizes: families.has('filesystem'),
    onStart: endWatch.begin,
    onLimit,
    now,
    engineMs: Date.now,
    random: Math.random,
    log,
  });
  const discovery = config.discovery.source === 'docker' ? engine : createAutoDiscovery({ engine, cgroups, log });
  const { gaps, unseen, seen, seenAtEnd } = engine;
  return { discovery: closingWith(discovery, endWatch.close), gaps, unseen, seen, seenAtEnd };
}

function closingWith(discovery: Discovery, close: () => void): Discovery {
  return {
    ...discovery,
    close: () => {
      close();
      return discovery.close();
    },
  };
}
