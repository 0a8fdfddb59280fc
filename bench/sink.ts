import { gunzipSync } from 'node:zlib';
import { decodeMetricsRequest } from '../src/otlp/metrics-proto.ts';
import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { createOtlpEndpoint, status } from '../test/fakes/otlp-endpoint.ts';
import type { Push } from './deliveries.ts';

/** An OTLP receiver on the loopback interface that accepts everything and does nothing with it while it is measured. */
export type Sink = {
  /** URL of its metrics. */
  readonly url: string;
  /** When the last body with containers in it came in, on the clock of performance.now(). */
  lastAtMs(): number;
  /** What came in since the last call, decoded. */
  take(): Push[];
  /** Forgets what came in, at no cost that would disturb what is measured next. */
  discard(): void;
};

type Arrival = { readonly atMs: number; readonly body: Buffer };

export async function createSink(releasers: Releasers): Promise<Sink> {
  const endpoint = await createOtlpEndpoint();
  releasers.add('sink', endpoint.close);
  let arrivals: Arrival[] = [];
  let lastAtMs = 0;
  const accept = status(200);
  endpoint.answer((response, received) => {
    const atMs = performance.now();
    arrivals.push({ atMs, body: received.body });
    if (gunzipSync(received.body).includes('container.id')) lastAtMs = atMs;
    endpoint.received.length = 0;
    accept(response, received);
  });
  return {
    url: endpoint.url,
    lastAtMs: () => lastAtMs,
    discard() {
      arrivals = [];
    },
    take() {
      const taken = arrivals;
      arrivals = [];
      return taken.map(({ atMs, body }) => ({
        atMs,
        bytes: body.length,
        request: decodeMetricsRequest(gunzipSync(body)),
      }));
    },
  };
}
