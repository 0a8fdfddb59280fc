import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { cgroupOf, containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * beszel#81, lazydocker#276, process-exporter#133: what the kernel does not say, such as memory on a Raspberry Pi without
 * the memory controller, went out as 0. It is not sent; 0 is only what the kernel says is 0.
 */

function oldWay(host: MadeHost): number {
  try {
    return Number(host.read(`${cgroupOf('a1')}/memory.current`));
  } catch {
    return 0;
  }
}

it('memory that the kernel does not tell has no point', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'pi', pid: 100 })],
    files: containerFiles('a1', { 100: {} }),
  });
  const status = host.read('proc/100/status');
  host.remove('proc/100/status');
  const request = await host.cycle();
  expect(valuesOf(request, 'pi', 'container.process.count')).toMatchObject({ sleeping: 1 });
  const metrics = ['container.memory.usage', 'container.process.memory.virtual', 'container.process.memory.resident'];
  expect(metrics.map((metric) => valuesOf(request, 'pi', metric))).toEqual([{}, {}, {}]);
  expect(oldWay(host)).toBe(0);

  host.write({ [`${cgroupOf('a1')}/memory.current`]: '0\n', 'proc/100/status': status });
  const next = await host.cycle();
  expect(valuesOf(next, 'pi', 'container.memory.usage')).toEqual({ '': 0 });
  expect(valuesOf(next, 'pi', 'container.process.memory.virtual')).toEqual({ '': 0 });
});
