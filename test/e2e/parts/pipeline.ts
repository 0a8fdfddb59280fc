import { startAgent } from './agent.ts';
import type { Child } from './child.ts';
import { type Collector, startCollector } from './collector.ts';
import { freePort } from './free-port.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import type { Releasers } from './releasers.ts';
import { waitFor } from './wait.ts';

export const INTERVAL_MS = 1_000;

export type Pipeline = {
  readonly agent: Child;
  readonly collector: Collector;
  readonly prometheus: Prometheus;
  readonly statusUrl: string;
};

/** Engine → Plimsoll → Collector → Prometheus, all real; a cycle each second. */
export async function startPipeline(releasers: Releasers): Promise<Pipeline> {
  const prometheus = await startPrometheus(releasers);
  const collector = await startCollector({ releasers, remoteWriteUrl: prometheus.remoteWriteUrl });
  const { agent, statusUrl } = await startQuickAgent(releasers, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  return { agent, collector, prometheus, statusUrl };
}

/** An agent with a cycle each second and a status page on a port of its own. Resolves when it answers /healthz. */
export async function startQuickAgent(
  releasers: Releasers,
  env: Readonly<Record<string, string>>,
  config: object = {},
): Promise<{ agent: Child; statusUrl: string }> {
  const address = `127.0.0.1:${await freePort()}`;
  // A cycle each second on a busy machine is no reason to leave metrics out.
  const collection = { intervalMs: INTERVAL_MS, timeoutMs: INTERVAL_MS, thinning: { enabled: false } };
  const keys = { collection, status: { address }, ...config };
  const agent = await startAgent({ releasers, config: keys, env });
  const statusUrl = `http://${address}`;
  await waitFor(
    'the agent is healthy',
    async () => {
      if (agent.hasExited()) throw new Error(`the agent has ended:\n${agent.stderr.join('\n')}`);
      return (await fetch(`${statusUrl}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok || undefined;
    },
    { timeoutMs: 20_000 },
  );
  return { agent, statusUrl };
}
