import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeMetricsRequest } from '../../src/otlp/metrics-proto.ts';
import { createOtlpEndpoint, type OtlpEndpoint, status } from '../fakes/otlp-endpoint.ts';
import { describeWith } from '../parts.ts';
import { startAgent } from './parts/agent.ts';
import { freePort } from './parts/free-port.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

const PATIENCE = { timeoutMs: 15_000 };
const INTERVAL_MS = 500;
const HOUR_MS = 3_600_000;

type Timed = { readonly series: string; readonly timeMs: number; readonly startMs: number };

/** Every point that arrived, in the order of arrival. */
function pointsAt({ received }: OtlpEndpoint): Timed[] {
  const resources = received.flatMap(({ body }) => decodeMetricsRequest(body).resourceMetrics ?? []);
  return resources.flatMap(({ resource, scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ metrics = [] }) =>
      metrics.flatMap((metric) =>
        ((metric.sum ?? metric.gauge ?? metric.histogram)?.dataPoints ?? []).map((point) => ({
          series: JSON.stringify([resource?.attributes, metric.name, point.attributes]),
          timeMs: Number(point.timeUnixNano) / 1e6,
          startMs: Number(point.startTimeUnixNano ?? 0) / 1e6,
        })),
      ),
    ),
  );
}

function bySeries(points: readonly Timed[]): Map<string, readonly Timed[]> {
  return Map.groupBy(points, ({ series }) => series);
}

describeWith(['linux'], 'clocks', () => {
  let releasers: Releasers;
  let endpoint: OtlpEndpoint;
  beforeEach(async () => {
    releasers = createReleasers();
    endpoint = await createOtlpEndpoint();
    releasers.add('endpoint', endpoint.close);
  });
  afterEach(() => releasers.release());

  async function startQuick() {
    const config = {
      collection: { intervalMs: INTERVAL_MS },
      discovery: { source: 'cgroup' },
      status: { address: `127.0.0.1:${await freePort()}` },
      push: { endpoint: endpoint.url, compression: 'none' },
    };
    const agent = await startAgent({ releasers, preload: 'clock', config });
    await arrives(4);
    return agent;
  }

  const arrives = (more: number) => {
    const wanted = endpoint.received.length + more;
    return waitFor('pushes', () => endpoint.received[wanted - 1], PATIENCE);
  };

  it('set back by an hour and set right again: times of each series rise, with the cycles’ distance', async () => {
    const agent = await startQuick();
    agent.signal('SIGUSR2');
    await agent.waitForLine(/the clock was set back/, PATIENCE);
    await arrives(8);
    agent.signal('SIGUSR2');
    await agent.waitForLine(/the clock has caught up/, PATIENCE);
    await arrives(4);
    const now = Date.now();
    let compared = 0;
    for (const points of bySeries(pointsAt(endpoint)).values()) {
      for (const [index, point] of points.entries()) {
        expect(Math.abs(now - point.timeMs)).toBeLessThan(60_000);
        expect(point.startMs).toBeLessThanOrEqual(point.timeMs);
        const distance = index === 0 ? INTERVAL_MS : point.timeMs - points[index - 1]!.timeMs;
        expect(distance).toBeGreaterThan(0);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('set back while nothing can be sent: what waits is neither given up nor sent out of order', async () => {
    const agent = await startQuick();
    endpoint.answer(status(503));
    await arrives(1);
    const before = endpoint.received.length;
    agent.signal('SIGUSR2');
    await agent.waitForLine(/the clock was set back/, PATIENCE);
    await sleep(4 * INTERVAL_MS);
    agent.signal('SIGUSR2');
    await sleep(4 * INTERVAL_MS);
    endpoint.answer(status(200));
    await waitFor('what waited', () => endpoint.received[before + 8], { timeoutMs: 40_000 });
    expect(agent.stderr.join('\n')).not.toMatch(/given up/);
    // The batch that was refused came again and again, and is the same each time.
    const firstTimes = new Map<Buffer, number>();
    for (const { body } of endpoint.received) {
      const same = [...firstTimes.keys()].some((known) => known.equals(body));
      if (!same) firstTimes.set(body, Math.min(...pointsAt({ received: [{ body }] } as never).map((p) => p.timeMs)));
    }
    const times = [...firstTimes.values()];
    expect(times.filter((time, index) => index > 0 && time < times[index - 1]! - INTERVAL_MS)).toEqual([]);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(HOUR_MS / 2);
  }, 80_000);

  it('a process that was stopped for a while makes up for no cycle', async () => {
    const agent = await startQuick();
    const before = endpoint.received.length;
    agent.signal('SIGSTOP');
    await sleep(12 * INTERVAL_MS);
    agent.signal('SIGCONT');
    await sleep(4 * INTERVAL_MS);
    const points = pointsAt(endpoint).filter(({ series }) => series.includes('"container.uptime"'));
    expect(points.length).toBeGreaterThan(4);
    // In the four intervals after, and the one in which it was stopped, no more than one cycle each, for every container.
    const since = [...bySeries(points).values()].map(
      (all) => all.filter(({ timeMs }) => timeMs > Date.now() - 16 * INTERVAL_MS).length,
    );
    expect(Math.max(...since)).toBeLessThanOrEqual(7);
    expect(endpoint.received.length).toBeGreaterThan(before);
  });
});
