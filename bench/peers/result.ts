import type { Deliveries } from '../deliveries.ts';
import type { FloorRun } from '../floor.ts';
import type { MemoryUse } from '../process-memory.ts';

/** What was measured of agents on the containers of a real engine, one agent after the other. */
export type DockerHerdResult = {
  readonly containers: number;
  readonly engine: string;
  /** Files that the floor reads in a cycle. */
  readonly files: number;
  readonly intervalMs: number;
  readonly windowMs: number;
  /** dockerd, containerd and shims in a window in which nobody asks them. */
  readonly engineAloneCpuSeconds: number;
  readonly peers: readonly PeerResult[];
  /** Peers that this machine does not have, and how to get them. */
  readonly leftOut: readonly string[];
};

export type PeerResult = {
  readonly name: string;
  readonly version: string;
  /** Its own processes, in the window. */
  readonly cpuSeconds: number;
  /** dockerd, containerd and shims in the window, with what they do anyway. */
  readonly engineCpuSeconds: number;
  /** Ran in the same window, at the same interval. */
  readonly floor: FloorRun;
  readonly memory: MemoryUse;
  readonly deliveries: Deliveries;
};
