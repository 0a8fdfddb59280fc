import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { buildSources } from '../../src/build.ts';
import { createCycle } from '../../src/cycle/cycle.ts';
import { createLogger } from '../../src/log.ts';
import { decodeMetricsRequest, parseMetricsRequestJson } from '../../src/otlp/metrics-proto.ts';
import type { OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';
import type { Batch } from '../../src/push/batch.ts';
import { createBatcher } from '../../src/push/batcher.ts';
import { ENCODINGS, type Protocol } from '../../src/push/encoding.ts';
import { load } from '../config/load-fixture.ts';
import type { InspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../fakes/docker-engine.ts';

const HOSTS = new URL('../fixtures/hosts/', import.meta.url).pathname;

export type FixtureHost = {
  /** A copy of the tree: a test may change it. */
  readonly root: string;
  readonly engine: FakeDockerEngine;
  /** What the engine said, by container name. */
  readonly documents: ReadonlyMap<string, InspectDocument>;
  /** Runs one cycle at that time and answers the one request it makes, decoded; undefined where it makes none. */
  cycle(unixMs: number): Promise<OtlpMetricsRequest | undefined>;
  /** Names of the containers that discovery knows now. */
  discover(): Promise<string[]>;
  close(): Promise<void>;
};

/** The agent's own parts between a captured host and a batch. Only the clocks are not real. */
export async function openFixtureHost(name: string, protocol: Protocol): Promise<FixtureHost> {
  const root = await mkdtemp(join(tmpdir(), 'plimsoll-host-'));
  await cp(join(HOSTS, name), root, { recursive: true, verbatimSymlinks: true });
  const engine = await createFakeDockerEngine();
  const documents = new Map<string, InspectDocument>();
  for (const document of JSON.parse(await readFile(join(root, 'engine.json'), 'utf8')) as InspectDocument[]) {
    engine.add(document);
    documents.set(document.Name.slice(1), document);
  }

  const settings = { 'host.root': root, 'docker.host': engine.host, 'discovery.source': 'docker' };
  const flags = Object.entries(settings).map(([key, value]) => ({ key, value, origin: 'the test' }));
  let nowMs = 0;
  const sources = await buildSources(
    {
      config: load({ flags }).config,
      log: createLogger({ level: 'silent', format: 'json' }),
      clock: () => ({ unixMs: nowMs, monotonicMs: nowMs }),
    },
    createAccounts(),
  );
  const batches: Batch[] = [];
  const encoding = ENCODINGS[protocol];
  const batcher = createBatcher({
    encoding,
    compression: 'none',
    maxRequestBytes: 4 * 1024 * 1024,
    deliver: (batch) => batches.push(batch),
  });
  const cycle = createCycle({
    collector: sources.collector,
    encoding,
    batcher,
    monotonicMs: () => nowMs,
    recordStage: () => undefined,
  });

  return {
    root,
    engine,
    documents,
    async cycle(unixMs) {
      nowMs = unixMs;
      batches.length = 0;
      // The SDK dates its points with Date.now.
      const now = vi.spyOn(Date, 'now').mockReturnValue(unixMs);
      await cycle().finally(() => now.mockRestore());
      if (batches.length > 1) throw new Error(`one cycle made ${batches.length} requests`);
      return batches[0] && decode(batches[0]);
    },
    discover: async () => (await sources.discovery.current()).map((container) => container.name),
    async close() {
      await sources.discovery.close();
      await engine.close();
      await rm(root, { recursive: true });
    },
  };
}

function decode({ body, contentType }: Batch): OtlpMetricsRequest {
  return contentType === 'application/json'
    ? parseMetricsRequestJson(Buffer.from(body).toString())
    : decodeMetricsRequest(body);
}
