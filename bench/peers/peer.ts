import type { Releasers } from '../../test/e2e/parts/releasers.ts';
import type { Deliveries } from '../deliveries.ts';
import type { HerdAddress } from '../driver/request.ts';
import type { Sink } from '../sink.ts';

/** What an agent is measured in: a real engine with its containers. */
export type DockerArena = {
  readonly releasers: Releasers;
  readonly herd: HerdAddress;
  readonly containers: readonly DockerContainer[];
  readonly intervalMs: number;
  /** Where those push that push. */
  readonly sink: Sink;
  /** Where scripts/build-peers.sh puts what it builds. */
  readonly binaries: string;
};

export type DockerContainer = { readonly id: string; readonly pid: number };

export type RunningPeer = {
  cpuSeconds(): number;
  pids(): readonly number[];
  discard(): void;
  /** What it delivered since it was last discarded. */
  take(): Deliveries;
  stop(): Promise<unknown>;
};

export type Peer = {
  readonly name: string;
  /** Its version, or why it is not here. */
  version(binaries: string): Promise<{ readonly version: string } | { readonly missing: string }>;
  /** Resolves when it is as it will be after days. */
  start(arena: DockerArena): Promise<RunningPeer>;
};
