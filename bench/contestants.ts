import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { startAgent, untilBetweenCycles } from './agent.ts';
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
  /** Processes whose CPU time and memory are its cost: its own, and those that work only for it. */
  readonly pids: readonly number[];
  /** Resolves between two cycles. */
  untilBetweenCycles(): Promise<void>;
  /** What it delivered since the last call of one of the two. */
  take(): Deliveries;
  discard(): void;
  stop(): Promise<unknown>;
};

/** An agent that measures containers, as it is really run. */
export type Contestant = { readonly name: string; start(arena: Arena): Promise<Running> };

const plimsoll: Contestant = {
  name: 'Plimsoll',
  async start({ releasers, herd, sink, intervalMs }) {
    const agent = await startAgent({ releasers, herd, endpoint: sink.url, intervalMs });
    return {
      pids: [agent.pid],
      untilBetweenCycles: () => untilBetweenCycles(agent, sink.lastAtMs, intervalMs),
      take: () => summarize(sink.take()),
      discard: sink.discard,
      stop: () => agent.stop(),
    };
  },
};

/** Peers are further rows here. */
export const CONTESTANTS: readonly Contestant[] = [plimsoll];
