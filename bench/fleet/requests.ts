import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { decodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import type { Releasers } from '../../test/e2e/parts/releasers.ts';
import { createOtlpEndpoint, status } from '../../test/fakes/otlp-endpoint.ts';
import { startAgent } from '../agent.ts';
import { summarize } from '../deliveries.ts';
import { createHerd } from '../herd/herd.ts';

/** A request body as an agent sent it, of the containers of one host. */
export type CapturedRequest = { readonly body: Buffer; readonly points: number };

export type CaptureOptions = {
  readonly releasers: Releasers;
  readonly containers: number;
  readonly requests: number;
  readonly cgroupPath: string;
};

const INTERVAL_MS = 500;
/** The first cycles have no use of CPU yet, and may have fewer containers. */
const WARM_REQUESTS = 5;
const TIME_LIMIT_MS = 60_000;

/** What an agent at its defaults pushes of a herd. */
export async function captureRequests(options: CaptureOptions): Promise<readonly CapturedRequest[]> {
  const { releasers, containers, requests, cgroupPath } = options;
  const herd = await createHerd({ releasers, containers, busyPeriodMs: INTERVAL_MS / 2, cgroupPath, network: true });
  const endpoint = await createOtlpEndpoint();
  releasers.add('receiver', endpoint.close);
  const bodies: Buffer[] = [];
  const accept = status(200);
  endpoint.answer((response, received) => {
    if (gunzipSync(received.body).includes('container.id')) bodies.push(received.body);
    accept(response, received);
  });
  const address = { dockerHost: herd.engine.host, runPath: herd.runPath, cgroupPath };
  const agent = await startAgent({ releasers, herd: address, endpoint: endpoint.url, intervalMs: INTERVAL_MS });
  const deadline = performance.now() + TIME_LIMIT_MS;
  while (bodies.length < WARM_REQUESTS + requests) {
    if (performance.now() > deadline) throw new Error(`only ${bodies.length} requests came in time`);
    await sleep(INTERVAL_MS);
  }
  await agent.stop();
  return bodies.slice(WARM_REQUESTS, WARM_REQUESTS + requests).map((body) => {
    const request = decodeMetricsRequest(gunzipSync(body));
    return { body, points: summarize([{ atMs: 0, bytes: body.length, request }]).points };
  });
}
