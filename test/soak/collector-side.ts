import { setTimeout as sleep } from 'node:timers/promises';
import { type Collector, startCollector } from '../e2e/parts/collector.ts';
import type { Releasers } from '../e2e/parts/releasers.ts';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';

/** What becomes of a request on its way to the Collector. */
export type Way =
  | 'forwarded'
  | 'unavailable'
  | 'throttled'
  | 'refused'
  | 'too large'
  | 'unanswered'
  | 'reset'
  | 'answer lost'
  | 'answered with garbage';

const TOLD_MS = 3_000;
/** Compressed: less than one cycle has, and more than a single point. */
const TAKEN_BYTES = 2_048;

/** A real Collector behind a proxy that does as it is told. */
export type CollectorSide = {
  /** As OTEL_EXPORTER_OTLP_ENDPOINT wants it. */
  readonly endpoint: string;
  /** What Collectors have written, the present one last. */
  files(): readonly string[];
  set(way: Way): void;
  /** How many requests were answered with a status for which they are given up. */
  refused(): number;
  /** Until none was refused for so long that the agent has told of each. */
  refusalsAreTold(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  pause(): void;
  resume(): void;
};

export async function createCollectorSide(releasers: Releasers): Promise<CollectorSide> {
  const proxy = await createOtlpEndpoint();
  releasers.add('proxy', proxy.close);
  let collector = await startCollector({ releasers });
  const { port } = collector;
  const files = [collector.file];
  let way: Way = 'forwarded';
  let refused = 0;
  let lastRefusedMs = Number.NEGATIVE_INFINITY;

  const forward = async (headers: Readonly<Record<string, unknown>>, body: Buffer): Promise<number> => {
    const kept = Object.fromEntries(
      ['content-type', 'content-encoding'].flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
    );
    const url = `http://127.0.0.1:${port}/v1/metrics`;
    return (await fetch(url, { method: 'POST', headers: kept, body: new Uint8Array(body) })).status;
  };
  proxy.answer(async (response, { headers, body }) => {
    proxy.received.length = 0;
    const end = (status: number, more = {}, text = ''): void => void response.writeHead(status, more).end(text);
    if (way === 'unanswered') return;
    if (way === 'unavailable') return end(503);
    if (way === 'throttled') return end(429, { 'retry-after': '1' });
    if (way === 'reset') return void response.socket?.destroy();
    if (way === 'too large' && body.length > TAKEN_BYTES) return end(413);
    if (way === 'refused') {
      refused += 1;
      lastRefusedMs = performance.now();
      return end(400);
    }
    const asked = way;
    const status = await forward(headers, body).catch(() => undefined);
    if (status === undefined || asked === 'answer lost') response.socket?.destroy();
    else if (asked === 'answered with garbage' && status === 200) end(200, {}, '<html>\u001b[31mhello</html>');
    else end(status);
  });

  const current = (): Collector => collector;
  return {
    endpoint: proxy.url.replace('/v1/metrics', ''),
    files: () => files,
    set: (next) => {
      way = next;
    },
    refused: () => refused,
    refusalsAreTold: async () => {
      while (performance.now() - lastRefusedMs < TOLD_MS) await sleep(TOLD_MS / 10);
    },
    kill: async () => void (await current().process.stop({ signal: 'SIGKILL' })),
    start: async () => {
      collector = await startCollector({ releasers, port });
      files.push(collector.file);
    },
    pause: () => current().process.signal('SIGSTOP'),
    resume: () => current().process.signal('SIGCONT'),
  };
}
