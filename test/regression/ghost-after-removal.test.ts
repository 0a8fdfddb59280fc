import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { NO_RECORDED_VALUE } from '../../src/otlp/metrics-request.ts';
import { PullReader } from '../../src/push/pull-reader.ts';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { attributeOf, pointsOf, resourceOf } from '../golden/request.ts';
import { cgroupOf, containerFiles, openMadeHost } from './made-host.ts';

/*
 * opentelemetry-js#2997, cadvisor#2812, process-exporter#282: a container that is gone went on with its last values, in the
 * SDK for ever. Every series of it ends in the next cycle, and then nothing of it is sent.
 */

/** The pattern of the SDK's documents: one callback that observes what is there. Answers the ids that are exported. */
async function oldWay(cycles: readonly (readonly string[])[]): Promise<string[][]> {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader] });
  let living: readonly string[] = [];
  const gauge = provider.getMeter('old').createObservableUpDownCounter('container.memory.usage');
  gauge.addCallback((result) => {
    for (const id of living) result.observe(1, { id });
  });
  const exported: string[][] = [];
  for (const ids of cycles) {
    living = ids;
    const { scopeMetrics } = await reader.pull();
    exported.push(scopeMetrics[0]!.metrics[0]!.dataPoints.map(({ attributes }) => String(attributes['id'])));
  }
  await provider.shutdown();
  return exported;
}

it('a container that was removed ends with all its series, once', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', name: 'web' }), inspectDocument({ id: 'b2', name: 'gone', pid: 200 })],
    files: { ...containerFiles('a1', { 4242: {} }), ...containerFiles('b2', { 200: {} }) },
  });
  const names = async () =>
    ((await host.cycle()).resourceMetrics ?? []).map((each) => attributeOf(each, 'container.name'));
  const before = pointsOf(resourceOf(await host.cycle(), 'gone')).length;

  host.engine.remove(containerId('b2'));
  for (const path of [cgroupOf('b2'), 'proc/200']) host.remove(path);
  await expect.poll(host.discovered).toHaveLength(1);
  const ended = pointsOf(resourceOf(await host.cycle(), 'gone'));
  expect(ended.length).toBe(before);
  expect(new Set(ended.map(({ flags }) => flags))).toEqual(new Set([NO_RECORDED_VALUE]));
  for (let cycle = 0; cycle < 3; cycle++) expect(await names()).toEqual(['web']);

  expect((await oldWay([['web', 'gone'], ['web'], ['web']])).at(-1)).toEqual(['web', 'gone']);
});
