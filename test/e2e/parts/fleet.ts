import { join } from 'node:path';
import { collectorPath, REPOSITORY } from './cache.ts';
import { type Child, startChild } from './child.ts';
import type { Releasers } from './releasers.ts';

export type Tiers = {
  readonly balancer: Child;
  readonly gateway: Child;
  /** Where agents push. */
  readonly url: string;
};

/** Both listen on the same ports: each has an address of its own. */
const GATEWAY = '127.0.0.3';
const LOAD_BALANCER = '127.0.0.4';
/** The one that gateway.yaml names. */
const RETRY_ON_429 = '--feature-gates=exporter.prometheusremotewritexporter.RetryOn429';
const READY = /Everything is ready/;

/** The Collectors of deploy/fleet, one behind the other, with their files as they are. */
export async function startTiers(releasers: Releasers, remoteWriteUrl: string): Promise<Tiers> {
  const start = async (name: string, env: Record<string, string>): Promise<Child> => {
    const config = join(REPOSITORY, 'deploy/fleet', `${name}.yaml`);
    // Two Collectors on one machine cannot both show their own metrics on the usual port.
    const args = ['--config', config, '--config', 'yaml:service::telemetry::metrics::level: none', RETRY_ON_429];
    const child = await startChild({ command: collectorPath('fleet-builder.yaml'), args, env });
    releasers.add(name, () => child.stop());
    await child.waitForLine(READY, { timeoutMs: 30_000 });
    return child;
  };
  const gateway = await start('gateway', { OTLP_LISTEN_HOST: GATEWAY, PROMETHEUS_REMOTE_WRITE_URL: remoteWriteUrl });
  const balancer = await start('load-balancer', { OTLP_LISTEN_HOST: LOAD_BALANCER, GATEWAY_HOSTNAME: GATEWAY });
  return { balancer, gateway, url: `http://${LOAD_BALANCER}:4318/v1/metrics` };
}
