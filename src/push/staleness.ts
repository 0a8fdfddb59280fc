import { NO_RECORDED_VALUE, type OtlpMetric, type OtlpMetricsRequest } from '../otlp/metrics-request.ts';

/**
 * Marks every point with `NO_RECORDED_VALUE`: the series ends here. Without the mark a back-end goes on showing the last
 * value, Prometheus for five minutes.
 */
export function withoutRecordedValues(request: OtlpMetricsRequest): OtlpMetricsRequest {
  return {
    resourceMetrics: (request.resourceMetrics ?? []).map((resource) => ({
      ...resource,
      scopeMetrics: (resource.scopeMetrics ?? []).map((scope) => ({
        ...scope,
        metrics: (scope.metrics ?? []).map(endOf),
      })),
    })),
  };
}

function endOf(metric: OtlpMetric): OtlpMetric {
  const ended = <P>(data: { readonly dataPoints?: readonly P[] }) => ({
    dataPoints: (data.dataPoints ?? []).map((point) => ({ ...point, flags: NO_RECORDED_VALUE })),
  });
  return {
    ...metric,
    ...(metric.gauge && { gauge: { ...metric.gauge, ...ended(metric.gauge) } }),
    ...(metric.sum && { sum: { ...metric.sum, ...ended(metric.sum) } }),
    ...(metric.histogram && { histogram: { ...metric.histogram, ...ended(metric.histogram) } }),
  };
}
