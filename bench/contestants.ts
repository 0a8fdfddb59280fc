import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { type AgentOptions, startAgent, untilBetweenCycles } from './agent.ts';
import { createCpuAccount } from './cpu-account.ts';
import { type Deliveries, summarize } from './deliveries.ts';
import type { HerdAddress } from './driver/request.ts';
import type { Sink } from './sink.ts';

/** What an agent is measured in. */
export type Arena = {
  readonly releasers: Releasers;
  readonly herd: HerdAddress;
  readonly sink: Sink;
  readonly intervalMs: number;
};

export type Running = {
  /** Of all processes that work only for it. */
  cpuSeconds(): number;
  pids(): readonly number[];
  /** Resolves between two cycles. */
  untilBetweenCycles(): Promise<void>;
  /** What it delivered since the last call of one of the two. */
  take(): Deliveries;
  discard(): void;
  stop(): Promise<unknown>;
};

/** An agent that measures the containers of a herd without an engine, as it is really run. */
export type Contestant = {
  readonly name: string;
  start(arena: Arena, options?: Pick<AgentOptions, 'preloads' | 'flags'>): Promise<Running>;
};

export const PLIMSOLL: Contestant = {
  name: 'Plimsoll',
  async start({ releasers, herd, sink, intervalMs }, options) {
    const account = createCpuAccount(releasers);
    const agent = await startAgent({ releasers, herd, endpoint: sink.url, intervalMs, ...options });
    account.add(agent.pid);
    return {
      cpuSeconds: account.cpuSeconds,
      pids: account.pids,
      untilBetweenCycles: () => untilBetweenCycles(agent, sink.lastAtMs, intervalMs),
      take: () => summarize(sink.take()),
      discard: sink.discard,
      stop: () => agent.stop(),
    };
  },
};

/** Whoever needs no real engine. Those that do are in peers/. */
export const CONTESTANTS: readonly Contestant[] = [PLIMSOLL];
