import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { collectorPath } from './cache.ts';
import { type Child, startChild } from './child.ts';
import { freePort } from './free-port.ts';
import type { Releasers } from './releasers.ts';
import { createTempDir } from './temp-dir.ts';

export type CollectorOptions = {
  readonly releasers: Releasers;
  /** Where the remote-write exporter sends; without it only the file is written. */
  readonly remoteWriteUrl?: string;
  /** Where it listens; the loopback when nothing is said. The engine's bridge gateway is what containers can reach. */
  readonly address?: string;
  /** To start it where an agent already expects it. */
  readonly port?: number;
  /** URL path on which it takes metrics. */
  readonly path?: string;
};

/** One OTLP/JSON ExportMetricsServiceRequest. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into it as they like.
export type OtlpRequest = any;

export type Collector = {
  /** Base URL of its OTLP/HTTP receiver, as OTEL_EXPORTER_OTLP_ENDPOINT wants it. */
  readonly endpoint: string;
  readonly port: number;
  readonly process: Child;
  /** Where the file exporter writes, one request a line. What was answered with success is in it, even if the Collector is killed. */
  readonly file: string;
  /** What has arrived so far, oldest first, as the file exporter wrote it. */
  received(): Promise<OtlpRequest[]>;
  stop(): Promise<void>;
};

/** A real Collector: OTLP/HTTP in; a file, and where asked Prometheus' remote write, out. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { releasers, address = '127.0.0.1', port, path, remoteWriteUrl } = options;
  const dir = await createTempDir(releasers);
  const listening = port ?? (await freePort());
  const file = join(dir, 'received.jsonl');
  const config = join(dir, 'otelcol.yaml');
  // It makes it only when something arrives.
  await writeFile(file, '');
  await writeFile(config, stringify(collectorConfig({ address, port: listening, file, remoteWriteUrl, path })));
  const child = await startChild({ command: collectorPath(), args: ['--config', config] });
  releasers.add('Collector', () => child.stop());
  await child.waitForLine(/Everything is ready/, { timeoutMs: 30_000 });
  return {
    endpoint: `http://${address}:${listening}`,
    port: listening,
    process: child,
    file,
    received: async () => (await readFile(file, 'utf8')).split('\n').flatMap((line) => parsedLine(line)),
    stop: async () => void (await child.stop()),
  };
}

/** The last line may still be in the writing. */
function parsedLine(line: string): OtlpRequest[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

type ConfigParts = {
  address: string;
  port: number;
  file: string;
  remoteWriteUrl: string | undefined;
  path: string | undefined;
};

function collectorConfig({ address, port, file, remoteWriteUrl, path }: ConfigParts): object {
  const http = { endpoint: `${address}:${port}`, ...(path === undefined ? {} : { metrics_url_path: path }) };
  const remoteWrite = {
    endpoint: remoteWriteUrl,
    resource_to_telemetry_conversion: { enabled: true },
    // It would outlive the staleness markers, and every series has its labels anyway.
    target_info: { enabled: false },
    // One consumer: samples reach Prometheus in the order in which they were made.
    remote_write_queue: { num_consumers: 1 },
  };
  const exporters = {
    // With a rotation, which never comes, it writes without a buffer.
    file: { path: file, rotation: { max_megabytes: 1_000_000 } },
    ...(remoteWriteUrl === undefined ? {} : { prometheusremotewrite: remoteWrite }),
  };
  return {
    receivers: { otlp: { protocols: { http } } },
    exporters,
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { metrics: { receivers: ['otlp'], exporters: Object.keys(exporters) } },
    },
  };
}
