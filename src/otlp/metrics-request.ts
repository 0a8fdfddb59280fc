/**
 * OTLP metrics as plain data, shaped as OTLP/JSON shapes them (lowerCamelCase, enums as numbers, bytes as base64).
 * One type serves what is written, what is decoded from protobuf and what is read from JSON.
 */

/**
 * A 64-bit integer. Decoding always gives a decimal string, because nanoseconds do not fit into a number; encoding and
 * OTLP/JSON accept a number as well.
 */
export type OtlpInt64 = string | number;

export type OtlpAnyValue = {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: OtlpInt64;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly OtlpAnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly OtlpKeyValue[] };
  /** Base64. */
  readonly bytesValue?: string;
};

export type OtlpKeyValue = { readonly key?: string; readonly value?: OtlpAnyValue };

/** The bit of `flags` that says: this series has ended, the point has no value (OTLP DataPointFlags). */
export const NO_RECORDED_VALUE = 1;

/** Values of `aggregationTemporality`. */
export const TEMPORALITY_DELTA = 1;
export const TEMPORALITY_CUMULATIVE = 2;

/** What every kind of point has. Times are nanoseconds since 1970; a flag word that is absent is 0. */
type OtlpPoint = {
  readonly attributes?: readonly OtlpKeyValue[];
  readonly startTimeUnixNano?: OtlpInt64;
  readonly timeUnixNano?: OtlpInt64;
  readonly flags?: number;
};

export type OtlpNumberDataPoint = OtlpPoint & { readonly asDouble?: number; readonly asInt?: OtlpInt64 };

export type OtlpHistogramDataPoint = OtlpPoint & {
  readonly count?: OtlpInt64;
  readonly sum?: number;
  readonly bucketCounts?: readonly OtlpInt64[];
  readonly explicitBounds?: readonly number[];
  readonly min?: number;
  readonly max?: number;
};

export type OtlpExponentialBuckets = { readonly offset?: number; readonly bucketCounts?: readonly OtlpInt64[] };

export type OtlpExponentialHistogramDataPoint = OtlpPoint & {
  readonly count?: OtlpInt64;
  readonly sum?: number;
  readonly scale?: number;
  readonly zeroCount?: OtlpInt64;
  readonly positive?: OtlpExponentialBuckets;
  readonly negative?: OtlpExponentialBuckets;
  readonly min?: number;
  readonly max?: number;
  readonly zeroThreshold?: number;
};

export type OtlpSummaryDataPoint = OtlpPoint & {
  readonly count?: OtlpInt64;
  readonly sum?: number;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
};

/** One metric; exactly one of the five data fields is set. */
export type OtlpMetric = {
  readonly name?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly gauge?: { readonly dataPoints?: readonly OtlpNumberDataPoint[] };
  readonly sum?: {
    readonly dataPoints?: readonly OtlpNumberDataPoint[];
    readonly aggregationTemporality?: number;
    readonly isMonotonic?: boolean;
  };
  readonly histogram?: {
    readonly dataPoints?: readonly OtlpHistogramDataPoint[];
    readonly aggregationTemporality?: number;
  };
  readonly exponentialHistogram?: {
    readonly dataPoints?: readonly OtlpExponentialHistogramDataPoint[];
    readonly aggregationTemporality?: number;
  };
  readonly summary?: { readonly dataPoints?: readonly OtlpSummaryDataPoint[] };
  readonly metadata?: readonly OtlpKeyValue[];
};

export type OtlpResource = {
  readonly attributes?: readonly OtlpKeyValue[];
  readonly droppedAttributesCount?: number;
};

export type OtlpScope = {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: readonly OtlpKeyValue[];
  readonly droppedAttributesCount?: number;
};

export type OtlpScopeMetrics = {
  readonly scope?: OtlpScope;
  readonly metrics?: readonly OtlpMetric[];
  readonly schemaUrl?: string;
};

export type OtlpResourceMetrics = {
  readonly resource?: OtlpResource;
  readonly scopeMetrics?: readonly OtlpScopeMetrics[];
  readonly schemaUrl?: string;
};

export type OtlpMetricsRequest = { readonly resourceMetrics?: readonly OtlpResourceMetrics[] };

export type OtlpMetricsResponse = {
  readonly partialSuccess?: { readonly rejectedDataPoints?: OtlpInt64; readonly errorMessage?: string };
};
