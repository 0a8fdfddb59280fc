import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startChild } from '../../test/e2e/parts/child.ts';
import { createTempDir } from '../../test/e2e/parts/temp-dir.ts';
import { createCpuAccount } from '../cpu-account.ts';
import { summarize } from '../deliveries.ts';
import type { Peer } from './peer.ts';

const RECIPE = new URL('docker-stats/builder.yaml', import.meta.url);
/** Of Docker 20.10; its default is newer than that engine. */
const API_VERSION = '1.41';
const WARM_CYCLES = 3;

/** The Collector's docker_stats receiver, pushing what it gets at once. */
export const DOCKER_STATS: Peer = {
  name: 'docker_stats receiver',
  async version() {
    return { version: /dockerstatsreceiver v(\S+)/.exec(await readFile(RECIPE, 'utf8'))![1]! };
  },
  async start({ releasers, herd, intervalMs, sink, binaries }) {
    const config = join(await createTempDir(releasers), 'otelcol.yaml');
    await writeFile(config, stringify(configOf(herd.dockerHost, intervalMs, sink.url)));
    const account = createCpuAccount(releasers);
    const child = await startChild({ command: join(binaries, 'docker-stats'), args: ['--config', config] });
    releasers.add('docker_stats receiver', () => child.stop());
    account.add(child.pid);
    await child.waitForLine(/Everything is ready/, { timeoutMs: 30_000 });
    await sleep(WARM_CYCLES * intervalMs);
    return {
      cpuSeconds: account.cpuSeconds,
      pids: account.pids,
      discard: sink.discard,
      take: () => summarize(sink.take()),
      stop: () => child.stop(),
    };
  },
};

function configOf(dockerHost: string, intervalMs: number, metricsUrl: string): object {
  const interval = `${intervalMs}ms`;
  return {
    receivers: {
      docker_stats: {
        endpoint: dockerHost,
        api_version: API_VERSION,
        collection_interval: interval,
        // The engine takes longer than the default for some hundred containers.
        timeout: interval,
      },
    },
    exporters: { otlp_http: { metrics_endpoint: metricsUrl } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { metrics: { receivers: ['docker_stats'], exporters: ['otlp_http'] } },
    },
  };
}
