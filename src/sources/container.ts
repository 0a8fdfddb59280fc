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
  readonly restartCount?: number;
  /** Process id of the container's first process in the engine's PID namespace; absent when not running. */
  readonly pid?: number;
  readonly network: NetworkMode;
  /** Path below the cgroup hierarchy, as /proc/PID/cgroup writes it, where discovery already knows it. */
  readonly cgroupPath?: string;
};

/** How discovery stands with whatever it asks. `away` is a normal state: known containers go on being measured. */
export type DiscoveryStatus =
  | { readonly status: 'ok'; readonly source: string }
  | { readonly status: 'away'; readonly source: string; readonly reason: string };

export type Discovery = {
  /**
   * The containers that exist now, as far as can be known; every container that runs, is paused or restarts.
   * Never rejects, and waits no longer than its own time limits: when its source is away it answers what it last knew.
   */
  current(): Promise<readonly Container[]>;
  status(): DiscoveryStatus;
  close(): Promise<void>;
};
