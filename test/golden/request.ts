import type {
  OtlpMetric,
  OtlpMetricsRequest,
  OtlpNumberDataPoint,
  OtlpResourceMetrics,
} from '../../src/otlp/metrics-request.ts';

/** Looking into a request. */

export function attributeOf({ resource }: OtlpResourceMetrics, key: string): string | undefined {
  return resource?.attributes?.find((attribute) => attribute.key === key)?.value?.stringValue;
}

/** The resource of a container; fails where the request has none or several. */
export function resourceOf({ resourceMetrics = [] }: OtlpMetricsRequest, container: string): OtlpResourceMetrics {
  const found = resourceMetrics.filter((each) => attributeOf(each, 'container.name') === container);
  if (found.length !== 1) throw new Error(`the request has ${found.length} resources of container ${container}`);
  return found[0]!;
}

export function metricsOf({ scopeMetrics = [] }: OtlpResourceMetrics): OtlpMetric[] {
  return scopeMetrics.flatMap(({ metrics = [] }) => metrics).filter((metric) => pointsOfMetric(metric).length > 0);
}

/** Names of the metrics that have points. */
export function metricNames(resource: OtlpResourceMetrics): string[] {
  return metricsOf(resource).map(({ name = '' }) => name);
}

export function metricOf(resource: OtlpResourceMetrics, name: string): OtlpMetric | undefined {
  return metricsOf(resource).find((metric) => metric.name === name);
}

export function pointsOf(resource: OtlpResourceMetrics): OtlpNumberDataPoint[] {
  return metricsOf(resource).flatMap(pointsOfMetric);
}

export function pointsOfMetric({ sum, gauge }: OtlpMetric): readonly OtlpNumberDataPoint[] {
  return sum?.dataPoints ?? gauge?.dataPoints ?? [];
}
