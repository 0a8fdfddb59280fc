import type { Attributes } from '@opentelemetry/api';
import type { DataPoint, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Encoding } from './encoding.ts';

/**
 * An encoding in which every point carries some attributes of its Resource, too: for back-ends and pipelines that take a
 * series by the attributes of its points only, where the same metric of two containers would be one.
 */
export function withCopiedAttributes(encoding: Encoding, names: readonly string[]): Encoding {
  if (names.length === 0) return encoding;
  return {
    ...encoding,
    encode: (metrics) => encoding.encode(copyAttributes(metrics, names)),
    encodeEnd: (metrics) => encoding.encodeEnd(copyAttributes(metrics, names)),
  };
}

/** What a point has by itself stays. */
function copyAttributes(metrics: ResourceMetrics, names: readonly string[]): ResourceMetrics {
  const copied: Attributes = {};
  for (const name of names) {
    const value = metrics.resource.attributes[name];
    if (value !== undefined) copied[name] = value;
  }
  const withCopies = (point: DataPoint<unknown>) => ({ ...point, attributes: { ...copied, ...point.attributes } });
  const scopeMetrics = metrics.scopeMetrics.map((scope) => ({
    ...scope,
    metrics: scope.metrics.map((metric) => ({ ...metric, dataPoints: metric.dataPoints.map(withCopies) })),
  }));
  return { ...metrics, scopeMetrics } as ResourceMetrics;
}
