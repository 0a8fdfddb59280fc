import { expect, it } from 'vitest';
import { NO_RECORDED_VALUE } from '../../src/otlp/metrics-request.ts';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { metricOf, pointsOfMetric } from '../golden/request.ts';
import { containerFiles, openMadeHost } from './made-host.ts';

/*
 * cadvisor#2844: after a restart the former run was exported for some minutes beside the new one, and sums over containers
 * were twice the truth. The series of a run end in the cycle in which the next one begins.
 */

const RETENTION_MS = 4 * 60_000;

/** Runs are forgotten some time after they were last seen. */
function oldWay(seen: readonly { pid: number; bytes: number; atMs: number }[], nowMs: number): number {
  const runs = new Map(seen.filter(({ atMs }) => nowMs - atMs < RETENTION_MS).map(({ pid, bytes }) => [pid, bytes]));
  return [...runs.values()].reduce((sum, bytes) => sum + bytes, 0);
}

it('the memory of a container that was restarted counts once', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100 })],
    files: containerFiles('a1', { 100: {} }, { 'memory.current': '4096\n' }),
  });
  await host.cycle();
  host.engine.die(containerId('a1'));
  host.engine.start(containerId('a1'), { Pid: 200, StartedAt: new Date().toISOString() });
  host.remove('proc/100');
  host.write(containerFiles('a1', { 200: {} }, { 'memory.current': '4096\n' }));
  await expect.poll(host.discovered).toMatchObject([{ pid: 200 }]);
  const { resourceMetrics = [] } = await host.cycle();
  const points = resourceMetrics
    .map((each) => metricOf(each, 'container.memory.usage'))
    .flatMap((metric) => (metric ? pointsOfMetric(metric) : []));
  const isEnd = ({ flags = 0 }: { readonly flags?: number }) => flags === NO_RECORDED_VALUE;
  expect(points.filter(isEnd)).toHaveLength(1);
  expect(points.filter((point) => !isEnd(point)).map(({ asInt }) => Number(asInt))).toEqual([4096]);
  const seen = [100, 200].map((pid, at) => ({ pid, bytes: 4096, atMs: at * 10_000 }));
  expect(oldWay(seen, 10_000)).toBe(2 * 4096);
});
