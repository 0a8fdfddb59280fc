import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { PullReader } from '../../src/push/pull-reader.ts';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, netDevOf, openMadeHost, valuesOf } from './made-host.ts';

/*
 * opentelemetry-js#2997: the SDK counts series that are gone against its limit of 2,000 for each metric. After so many that
 * came and went, all living ones were folded into otel.metric.overflow. Here that would be the interfaces of a container
 * that makes and removes them, such as an engine in a container. Series that are gone do not count.
 */

const GENERATIONS = 25;
const INTERFACES = 100;
const generations = Array.from({ length: GENERATIONS }, (_, generation) =>
  Array.from({ length: INTERFACES }, (_, at) => `veth${generation}-${at}`),
);
const LAST = generations.at(-1)!;

/** The interfaces that the last generation is exported with. */
async function oldWay(): Promise<string[]> {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader] });
  let living: readonly string[] = [];
  const counter = provider.getMeter('old').createObservableCounter('container.network.io');
  counter.addCallback((result) => {
    for (const name of living) result.observe(1, { name });
  });
  let exported: string[] = [];
  for (const names of generations) {
    living = names;
    const { scopeMetrics } = await reader.pull();
    exported = scopeMetrics[0]!.metrics[0]!.dataPoints.map(({ attributes }) => String(attributes['name']));
  }
  await provider.shutdown();
  return exported;
}

it('what lives is exported however much came and went', async () => {
  const host = await openMadeHost({ containers: [inspectDocument({ id: 'a1', name: 'engine' })] });
  let io: Record<string, number> = {};
  for (const names of generations) {
    const netDev = netDevOf(Object.fromEntries(names.map((name) => [name, 1])));
    host.write(containerFiles('a1', { 4242: { netDev } }));
    const { resourceMetrics = [] } = await host.cycle();
    // The first are the series that ended in this cycle.
    io = valuesOf({ resourceMetrics: resourceMetrics.slice(-1) }, 'engine', 'container.network.io');
  }
  const received = Object.keys(io).filter((key) => key.endsWith(' receive'));
  expect(received.sort()).toEqual(LAST.map((name) => `${name} receive`).sort());
  const old = await oldWay();
  expect(old.filter((name) => LAST.includes(name))).toEqual([]);
});
