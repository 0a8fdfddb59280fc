import { expect, it } from 'vitest';
import type { OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { metricOf, pointsOfMetric, resourceOf } from '../golden/request.ts';
import { cgroupOf, containerFiles, lines, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * With delta temporality the first total of a series that was seen after a container's first cycle went out whole, as a
 * difference since the container's start: of a family that was switched on at a reload or a restart, of a file that could
 * not be read in the first cycle, of everything after a reload that went over from totals to differences. The restart is
 * in state/sent-totals.
 */

const DELTA = { 'push.temporality': 'delta' };
const cpuStat = (userSeconds: number) =>
  lines([`usage_usec ${userSeconds}000000`, `user_usec ${userSeconds}000000`, 'system_usec 0']);
const ioStat = (readBytes: number) => `8:0 rbytes=${readBytes} wbytes=0 rios=1 wios=1 dbytes=0 dios=0\n`;

function openHost(settings: Readonly<Record<string, unknown>>, startedAt?: string): Promise<MadeHost> {
  return openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web', ...(startedAt !== undefined && { startedAt }) })],
    files: containerFiles('a1', { 4242: {} }, { 'cpu.stat': cpuStat(5_000), 'io.stat': ioStat(900_000) }),
    settings,
  });
}

const used = (host: MadeHost, userSeconds: number, readBytes: number): void =>
  host.write({
    [`${cgroupOf('a1')}/cpu.stat`]: cpuStat(userSeconds),
    [`${cgroupOf('a1')}/io.stat`]: ioStat(readBytes),
  });
const user = (request: OtlpMetricsRequest) => valuesOf(request, 'web', 'container.cpu.time')['user'];
const read = (request: OtlpMetricsRequest) =>
  Object.entries(valuesOf(request, 'web', 'container.disk.io')).find(([series]) => series.includes('read'))?.[1];

it('not of a family that is switched on at a reload', async () => {
  const host = await openHost({ ...DELTA, 'metrics.disk.enabled': false });
  expect(read(await host.cycle())).toBeUndefined();
  await host.reload(DELTA);
  used(host, 5_002, 900_100);
  const request = await host.cycle();
  expect([user(request), read(request)]).toEqual([2, 0]);
  used(host, 5_003, 900_107);
  expect(read(await host.cycle())).toBe(7);
});

it('not of a file that could not be read in the first cycle', async () => {
  const host = await openHost(DELTA);
  host.remove(`${cgroupOf('a1')}/io.stat`);
  expect(read(await host.cycle())).toBeUndefined();
  used(host, 5_000, 900_000);
  expect(read(await host.cycle())).toBe(0);
  used(host, 5_000, 900_007);
  expect(read(await host.cycle())).toBe(7);
});

it('not after a reload from totals to differences, of a container that started after the agent', async () => {
  const host = await openHost({}, new Date(Date.now() + 5_000).toISOString());
  expect(user(await host.cycle())).toBe(5_000);
  await host.reload(DELTA);
  used(host, 5_002, 900_000);
  expect(user(await host.cycle())).toBe(0);
  used(host, 5_005, 900_000);
  expect(user(await host.cycle())).toBe(3);
});

it('nor after one to totals and back, of what was sent as totals meanwhile', async () => {
  const host = await openHost(DELTA);
  await host.cycle();
  await host.reload({});
  used(host, 5_010, 900_000);
  expect(user(await host.cycle())).toBe(5_010);
  await host.reload(DELTA);
  used(host, 5_011, 900_000);
  expect(user(await host.cycle())).toBe(0);
});

it('a container that started after the agent begins with all it has used since its start', async () => {
  const startedAt = new Date(Date.now() + 5_000).toISOString();
  const request = await (await openHost(DELTA, startedAt)).cycle();
  expect(user(request)).toBe(5_000);
  const [point] = pointsOfMetric(metricOf(resourceOf(request, 'web'), 'container.cpu.time')!);
  expect(String(point!.startTimeUnixNano)).toBe(`${Date.parse(startedAt)}000000`);
});
