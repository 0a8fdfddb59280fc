import { expect, it } from 'vitest';
import type { OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { metricsOf, pointsOfMetric, resourceOf } from '../golden/request.ts';
import { cgroupOf, containerFiles, type MadeHost, openMadeHost } from './made-host.ts';

/*
 * S12 of the 2021 program: every series had the process id as a label, so that each process that ever ran left series
 * behind. Processes are summed by container; told apart by executable, where that is asked for, they are ten and the rest.
 */

const GENERATIONS = 5;
const PROCESSES = 20;

function seriesOf(request: OtlpMetricsRequest): string[] {
  return metricsOf(resourceOf(request, 'web')).flatMap((metric) =>
    pointsOfMetric(metric).map(({ attributes }) => `${metric.name} ${JSON.stringify(attributes)}`),
  );
}

const oldWay = (host: MadeHost): string[] =>
  host
    .read(`${cgroupOf('a1')}/cgroup.procs`)
    .trim()
    .split('\n')
    .map((pid) => `container_cpu_utime{id="a1",name="web",pid="${pid}"}`);

/** All series that there ever were of a container whose processes are replaced again and again. */
async function churn(settings: Readonly<Record<string, unknown>>): Promise<{ old: number; ours: Set<string>[] }> {
  const host = await openMadeHost({ containers: [inspectDocument({ id: 'a1', name: 'web' })], settings });
  const old = new Set<string>();
  const ours: Set<string>[] = [];
  for (let generation = 1; generation <= GENERATIONS; generation++) {
    const pids = Array.from({ length: PROCESSES }, (_, at) => 1000 * generation + at);
    const made = Object.fromEntries(pids.map((pid) => [pid, { name: `job-${pid}`, ticks: 1 }]));
    const comms = Object.fromEntries(pids.map((pid) => [`proc/${pid}/comm`, `job-${pid}\n`]));
    host.write({ ...containerFiles('a1', made), ...comms });
    ours.push(new Set(seriesOf(await host.cycle())));
    for (const series of oldWay(host)) old.add(series);
    for (const pid of pids) host.remove(`proc/${pid}`);
  }
  return { old: old.size, ours };
}

it('processes that come and go make no series of their own', async () => {
  const { old, ours } = await churn({});
  expect(ours[GENERATIONS - 1]).toEqual(ours[1]);
  expect([...ours[1]!].filter((series) => /\d{4}/.test(series))).toEqual([]);
  expect(old).toBe(GENERATIONS * PROCESSES);
});

it('executables that come and go make no more than ten series and the rest', async () => {
  const { ours } = await churn({ 'metrics.executables.enabled': true });
  const counts = ours.map((series) => [...series].filter((each) => each.startsWith('container.process.thread.count')));
  expect(Math.max(...counts.map(({ length }) => length))).toBeLessThanOrEqual(11);
  expect(counts.every((series) => series.join().includes('other'))).toBe(true);
});
