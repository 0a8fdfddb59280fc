import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { metricOf, resourceOf } from '../golden/request.ts';
import { containerFiles, openMadeHost } from './made-host.ts';

/*
 * While the agent's clock lags behind (the wall clock was set back), or where the engine's is ahead, a container that had
 * just started had counters that begin after the points: receivers refuse or drop such points.
 */

const HOUR_MS = 3_600_000;
const MS_PER_NS = 1e-6;

it('a container whose start lies in the future is counted from the first time it was seen', async () => {
  const startedAt = new Date(Date.now() + HOUR_MS).toISOString();
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100, startedAt })],
    files: containerFiles('a1', { 100: { ticks: 250 } }),
  });
  const points = [];
  for (let cycle = 0; cycle < 3; cycle += 1) {
    const [point] =
      metricOf(resourceOf(await host.cycle(), 'web'), 'container.process.cpu.time')?.sum?.dataPoints ?? [];
    points.push({
      startMs: Number(point?.startTimeUnixNano) * MS_PER_NS,
      timeMs: Number(point?.timeUnixNano) * MS_PER_NS,
    });
  }
  for (const { startMs, timeMs } of points) expect(startMs).toBeLessThanOrEqual(timeMs);
  expect(new Set(points.map(({ startMs }) => startMs)).size).toBe(1);
});
