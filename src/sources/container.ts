/**
 * What discovery hands on: containers as plain data, whoever found them. The rest of Plimsoll knows no engine.
 */

export const CONTAINER_STATES = ['created', 'running', 'paused', 'restarting', 'exited', 'dead'] as const;
export type ContainerState = (typeof CONTAINER_STATES)[number];

export type ContainerHealth = 'starting' | 'healthy' | 'unhealthy';

export type ContainerImage = {
  /** Repository without tag or digest, e.g. `docker.io/library/redis`. */
  readonly name?: string;
  /** Tag parts only, e.g. `['7-alpine']`. */
  readonly tags: readonly string[];
  /** The engine's image identifier, e.g. `sha256:…`. */
  readonly id?: string;
  /** Under which digests registries know the image, e.g. `redis@sha256:…`; only where they are asked for. */
  readonly repoDigests?: readonly string[];
};

/**
 * Whose network namespace the container uses, as the engine says it. `unknown` where no engine was asked.
 */
export type NetworkMode =
  | { readonly kind: 'own' }
  | { readonly kind: 'host' }
  | { readonly kind: 'none' }
  | { readonly kind: 'container'; readonly containerId: string }
  | { readonly kind: 'unknown' };

export type Container = {
  /** Full identifier, 64 hexadecimal digits for Docker and Podman. */
  readonly id: string;
  /** Primary name without the leading slash. */
  readonly name: string;
  /** `container.runtime.name`: docker, podman, containerd, cri-o. */
  readonly runtime: string;
  readonly image: ContainerImage;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: ContainerState;
  /** Only where a health check exists. */
  readonly health?: ContainerHealth;
  /** Unix time in milliseconds at which the present run began (`State.StartedAt`). */
  readonly startedAtMs?: number;
  /** Unix time in milliseconds at which it was created. */
  readonly createdAtMs?: number;
  /** Unix time in milliseconds at which the last run ended; only while it does not run. */
  readonly finishedAtMs?: number;
  /** How the last run ended; only while it does not run, and not before a first run. */
  readonly exitCode?: number;
  /** Whether the kernel killed the last run for want of memory; only together with `exitCode`. */
  readonly oomKilled?: boolean;
  readonly restartCount?: number;
  /** The program it runs, without arguments, which may hold secrets. */
  readonly command?: string;
  /** Process id of the container's first process in the engine's PID namespace; absent when not running. */
  readonly pid?: number;
  readonly network: NetworkMode;
  /** Path below the cgroup hierarchy, as /proc/PID/cgroup writes it, where discovery already knows it. */
  readonly cgroupPath?: string;
  /** Bytes in its own layer, as the engine said at some time; only where that is asked for. */
  readonly writableBytes?: number;
  /** Whether it is what holds the namespaces of a Kubernetes pod ("pause"): it stands for the pod, and does nothing. */
  readonly isPodSandbox?: boolean;
  /** `uid` of the Kubernetes pod whose cgroup it is in. */
  readonly podUid?: string;
};

/** Whether it has processes, and so a cgroup and a network: all others exist in the engine's books only. */
export function isRunning({ state }: Pick<Container, 'state'>): boolean {
  return state === 'running' || state === 'paused';
}

/** How discovery stands with whatever it asks. `away` is a normal state: known containers go on being measured. */
export type DiscoveryStatus =
  | { readonly status: 'ok'; readonly source: string }
  | {
      readonly status: 'away';
      readonly source: string;
      readonly reason: string;
      /** It has been asked for the first time, and there is still time for its answer. */
      readonly isAwaited?: boolean;
    };

export type Discovery = {
  /**
   * The containers that exist now, as far as can be known: every one that runs, is paused or restarts, and those that
   * were created or stopped a short time ago.
   * Never rejects, and waits no longer than its own time limits: when its source is away it answers what it last knew.
   */
  current(): Promise<readonly Container[]>;
  status(): DiscoveryStatus;
  close(): Promise<void>;
};
