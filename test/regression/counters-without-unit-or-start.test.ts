import { expect, it } from 'vitest';
import { TEMPORALITY_CUMULATIVE } from '../../src/otlp/metrics-request.ts';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { metricOf, resourceOf } from '../golden/request.ts';
import { containerFiles, type MadeHost, openMadeHost, processFiles, valuesOf } from './made-host.ts';

/*
 * S2 of the 2021 program: CPU time went out as a gauge in clock ticks, memory in kB. A gauge has no start, so that a restart
 * looks like a fall, and who divides by time gets ticks per second. Counters are monotonic sums in seconds that begin with
 * the container's run; memory is in bytes.
 */

const FIRST_START = '2024-05-06T07:00:00Z';
const SECOND_START = '2024-05-06T08:00:00Z';
const nanosecondsOf = (date: string) => `${BigInt(Date.parse(date)) * 1_000_000n}`;

const oldWay = (host: MadeHost, pid: number): { cpu: number; memory: number } => ({
  cpu: Number(host.read(`proc/${pid}/stat`).split(' ')[13]),
  memory: Number(/VmSize:\s+(\d+)/.exec(host.read(`proc/${pid}/status`))![1]),
});

it('CPU time is a monotonic sum in seconds from the start of the run, and memory is in bytes', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100, startedAt: FIRST_START })],
    files: containerFiles('a1', { 100: { ticks: 250, residentKb: 500 } }),
  });
  const request = await host.cycle();
  const cpuTime = metricOf(resourceOf(request, 'web'), 'container.process.cpu.time');
  expect(cpuTime).toMatchObject({
    unit: 's',
    sum: { isMonotonic: true, aggregationTemporality: TEMPORALITY_CUMULATIVE },
  });
  expect(cpuTime?.sum?.dataPoints?.[0]).toMatchObject({
    asDouble: 2.5,
    startTimeUnixNano: nanosecondsOf(FIRST_START),
  });
  expect(metricOf(resourceOf(request, 'web'), 'container.process.memory.virtual')?.unit).toBe('By');
  expect(valuesOf(request, 'web', 'container.process.memory.virtual')).toEqual({ '': 1_024_000 });
  expect(oldWay(host, 100)).toEqual({ cpu: 250, memory: 1000 });
});

it('a restart is a new start, where the old way just falls', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', pid: 100, startedAt: FIRST_START })],
    files: containerFiles('a1', { 100: { ticks: 250 } }),
  });
  await host.cycle();
  const before = oldWay(host, 100).cpu;

  host.engine.die(containerId('a1'));
  host.engine.start(containerId('a1'), { Pid: 200, StartedAt: SECOND_START });
  host.remove('proc/100');
  host.write({ ...containerFiles('a1', { 200: {} }), ...processFiles(200, 'a1', { ticks: 4 }) });
  await expect.poll(host.discovered).toMatchObject([{ pid: 200 }]);
  const { resourceMetrics = [] } = await host.cycle();
  const starts = resourceMetrics.map(
    (each) => metricOf(each, 'container.process.cpu.time')?.sum?.dataPoints?.[0]?.startTimeUnixNano,
  );
  expect(starts).toEqual([nanosecondsOf(FIRST_START), nanosecondsOf(SECOND_START)]);
  expect(oldWay(host, 200).cpu).toBeLessThan(before);
});
