import { expect, it } from 'vitest';
import { containerId, type InspectDocument, inspectDocument } from '../fakes/docker-documents.ts';
import { metricOf } from '../golden/request.ts';
import { containerFiles, openMadeHost } from './made-host.ts';

/*
 * cadvisor#1879, #2169: the start time was that of the creation or of the first start, also after restarts, so that uptime
 * was too long and counters seemed to begin before they did. Both are those of the present run.
 */

const MS_PER_NS = 1_000_000n;
const restartedAtMs = Date.now() - 60_000;

const oldWay = ({ Created }: InspectDocument, nowMs: number): number => (nowMs - Date.parse(Created)) / 1000;

it('uptime and the start of counters are those of the present run', async () => {
  const document = inspectDocument({ id: 'a1', name: 'web', pid: 100 });
  const host = await openMadeHost({ containers: [document], files: containerFiles('a1', { 100: {} }) });
  await host.cycle();
  host.engine.die(containerId('a1'));
  host.engine.start(containerId('a1'), { Pid: 200, StartedAt: new Date(restartedAtMs).toISOString() });
  host.write(containerFiles('a1', { 200: {} }));
  await expect.poll(host.discovered).toMatchObject([{ pid: 200 }]);

  for (let cycle = 0; cycle < 2; cycle++) {
    const current = (await host.cycle()).resourceMetrics!.at(-1)!;
    const uptime = metricOf(current, 'container.uptime')!.gauge!.dataPoints![0]!;
    const nowMs = Number(BigInt(uptime.timeUnixNano!) / MS_PER_NS);
    expect(uptime.asDouble).toBeCloseTo((nowMs - restartedAtMs) / 1000, 3);
    const cpuTime = metricOf(current, 'container.process.cpu.time')!.sum!.dataPoints![0]!;
    expect(cpuTime.startTimeUnixNano).toBe(`${BigInt(restartedAtMs) * MS_PER_NS}`);
    expect(oldWay(document, nowMs)).toBeGreaterThan(86_400);
  }
});
