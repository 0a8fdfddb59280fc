import { MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

/**
 * A reader that collects when it is told to. There is one for each container's MeterProvider and one loop for all of
 * them: a periodic reader each would mean as many timers and as many requests.
 */
export class PullReader extends MetricReader {
  /** Runs the callbacks and answers the points; throws the first error of a callback. */
  async pull(): Promise<ResourceMetrics> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) throw errors[0];
    return resourceMetrics;
  }

  protected override async onForceFlush(): Promise<void> {
    // Nothing is held back here.
  }

  protected override async onShutdown(): Promise<void> {
    // There is neither timer nor connection to end.
  }
}
