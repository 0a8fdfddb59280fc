import type { Attributes } from '@opentelemetry/api';
import type { ContainerProvider, ContainerProviderOptions } from '../../src/cycle/container-provider.ts';

type Point = { attributes: Attributes; value: number; startTime: [number, number]; endTime: [number, number] };

/**
 * Stands in for the SDK, of which thousands of providers would take most of the time: the same observations become points,
 * and a series that was there once is repeated as the SDK repeats it.
 */
export function createContainerProvider({
  attributes,
  metrics: definitions,
}: ContainerProviderOptions): ContainerProvider {
  const metrics = new Map(
    definitions.map((metric) => [
      metric,
      { points: new Map<string, Point>(), descriptor: { name: metric.name }, isMonotonic: metric.kind === 'counter' },
    ]),
  );
  let pulls = 0;

  return {
    async pull({ count, metrics: observed, attributes: of, values }) {
      const endTime: [number, number] = [++pulls, 0];
      for (let at = 0; at < count; at++) {
        const point = { attributes: of[at] ?? {}, value: values[at]!, startTime: [0, 0] as [number, number], endTime };
        metrics.get(observed[at]!)!.points.set(JSON.stringify(point.attributes), point);
      }
      const all = [...metrics.values()];
      const hasVanished = all.some(({ points }) => [...points.values()].some((point) => point.endTime !== endTime));
      const scope = {
        scope: { name: 'test' },
        metrics: all.map(({ points, ...metric }) => ({
          ...metric,
          dataPoints: [...points.values()].map((point) => ({ ...point })),
        })),
      };
      return { metrics: { resource: { attributes }, scopeMetrics: [scope] } as never, hasVanished };
    },
    shutdown: async () => undefined,
  };
}
