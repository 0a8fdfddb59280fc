import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { OtlpMetric, OtlpMetricsRequest, OtlpResourceMetrics, OtlpScopeMetrics } from '../otlp/metrics-request.ts';
import type { Batch } from './batch.ts';
import { ENCODINGS, type Encoding } from './encoding.ts';

export type Halves<T> = readonly [T, T];

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Two batches that together say what the one says, in its order; undefined where it cannot be divided. */
export async function halveBatch(batch: Batch): Promise<Halves<Batch> | undefined> {
  const encoding = Object.values(ENCODINGS).find(({ contentType }) => contentType === batch.contentType)!;
  const halves = halvesOf(encoding, batch.contentEncoding ? await decompress(batch.body) : batch.body);
  if (!halves) return undefined;
  const pack = async (half: OtlpMetricsRequest): Promise<Batch> => {
    const body = encoding.join([encoding.write(half)]);
    return { ...batch, body: batch.contentEncoding ? await compress(body) : body, pointCount: countPoints(half) };
  };
  return Promise.all([pack(halves[0]), pack(halves[1])]);
}

function halvesOf(encoding: Encoding, body: Uint8Array): Halves<OtlpMetricsRequest> | undefined {
  try {
    return halveRequest(encoding.parse(body));
  } catch {
    // What is not of OTLP cannot be divided; that it is malformed is for the receiver to say.
    return undefined;
  }
}

export type Piece = { readonly chunk: Uint8Array; readonly pointCount: number };

/** The chunk in pieces of which each is a body of at most so many bytes, as far as it can be divided: by metric, at last by point. */
export function splitChunk(encoding: PieceEncoding, chunk: Uint8Array, maxBytes: number): Piece[] | undefined {
  const maxChunkBytes = maxBytes - encoding.joinBytes.once - encoding.joinBytes.each;
  const split = (request: OtlpMetricsRequest): Piece[] => {
    const written = encoding.write(request);
    const halves = written.length > maxChunkBytes ? halveRequest(request) : undefined;
    return halves ? halves.flatMap(split) : [{ chunk: written, pointCount: countPoints(request) }];
  };
  return halveRequest(encoding.parse(encoding.join([chunk])))?.flatMap(split);
}

export type PieceEncoding = Pick<Encoding, 'join' | 'joinBytes' | 'parse' | 'write'>;

/** Divides the outermost list that has more than one element. */
export function halveRequest({ resourceMetrics = [] }: OtlpMetricsRequest): Halves<OtlpMetricsRequest> | undefined {
  return halveList(resourceMetrics, halveResource, (half) => ({ resourceMetrics: half }));
}

const halveResource = (resource: OtlpResourceMetrics): Halves<OtlpResourceMetrics> | undefined =>
  halveList(resource.scopeMetrics ?? [], halveScope, (scopeMetrics) => ({ ...resource, scopeMetrics }));

const halveScope = (scope: OtlpScopeMetrics): Halves<OtlpScopeMetrics> | undefined =>
  halveList(scope.metrics ?? [], halveMetric, (metrics) => ({ ...scope, metrics }));

function halveMetric(metric: OtlpMetric): Halves<OtlpMetric> | undefined {
  for (const field of DATA_FIELDS) {
    const points: readonly object[] | undefined = metric[field]?.dataPoints;
    if (!points) continue;
    return halveList(
      points,
      () => undefined,
      (dataPoints) => ({ ...metric, [field]: { ...metric[field], dataPoints } }) as OtlpMetric,
    );
  }
  return undefined;
}

const DATA_FIELDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;

function halveList<E, W>(
  list: readonly E[],
  halveOne: (element: E) => Halves<E> | undefined,
  wrap: (half: readonly E[]) => W,
): Halves<W> | undefined {
  if (list.length > 1) {
    const middle = Math.ceil(list.length / 2);
    return [wrap(list.slice(0, middle)), wrap(list.slice(middle))];
  }
  const halves = list[0] === undefined ? undefined : halveOne(list[0]);
  return halves && [wrap([halves[0]]), wrap([halves[1]])];
}

function countPoints({ resourceMetrics = [] }: OtlpMetricsRequest): number {
  const metrics = resourceMetrics
    .flatMap(({ scopeMetrics = [] }) => scopeMetrics)
    .flatMap(({ metrics: list = [] }) => list);
  return metrics.reduce(
    (sum, metric) => sum + DATA_FIELDS.reduce((points, field) => points + (metric[field]?.dataPoints?.length ?? 0), 0),
    0,
  );
}
