/** What an instrument is in OpenTelemetry's words; all but the histogram are observable. */
export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

/**
 * Metrics that are switched on and off together (`metrics.<family>.enabled`), because they come from the same readings:
 * what no enabled metric needs is not read.
 */
export const METRIC_FAMILIES = ['processes', 'cpu', 'memory', 'tasks', 'network', 'life'] as const;
export type MetricFamily = (typeof METRIC_FAMILIES)[number];

export type MetricAttribute = {
  readonly name: string;
  /** All values it can take, where they are known beforehand. */
  readonly values?: readonly string[];
};

/** One metric, declared once: it makes the instrument, its row in the catalogue and its line in the documents. */
export type MetricDefinition = {
  readonly name: string;
  readonly kind: InstrumentKind;
  /** UCUM, as OpenTelemetry writes it. */
  readonly unit: string;
  readonly valueType: 'int' | 'double';
  readonly description: string;
  readonly attributes: readonly MetricAttribute[];
  /** Kernel file (cgroup v2 · v1) or engine API field that the value comes from. */
  readonly source: string;
  /** Absent for what the agent says of itself, which is always on. */
  readonly family?: MetricFamily;
  readonly enabledByDefault: boolean;
};
