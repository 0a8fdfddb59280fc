import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeMetricsRequest } from '../../../src/otlp/metrics-proto.ts';
import { pointsOf, type ReceivedPoint } from '../../e2e/parts/points.ts';
import type { Releasers } from '../../e2e/parts/releasers.ts';
import { waitFor } from '../../e2e/parts/wait.ts';

type Attributes = Readonly<Record<string, string>>;

/** What was pushed of one container in one cycle. */
export type Snapshot = {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly points: readonly ReceivedPoint[];
  /** The sum over the series that have these attributes; undefined where there is none. */
  value(metric: string, attributes?: Attributes): number | undefined;
  /** The value of this attribute whose series is 1. */
  which(metric: string, attribute: string): string | undefined;
};

/** Everything that the agent has pushed, by container. */
export type Watch = {
  /** As OTEL_EXPORTER_OTLP_ENDPOINT wants it. */
  readonly endpoint: string;
  /** The first whole cycle of a container that began after now. */
  next(id: string): Promise<Snapshot>;
  /** The last value that each series of a metric ever had, those that have ended included. */
  lastValues(id: string, metric: string, attributes?: Attributes): readonly number[];
  /** Series that have not ended with a staleness marker. */
  openSeries(id: string): readonly string[];
  /** Counters whose value was lower than the one before with the same start time. */
  falls(): readonly string[];
};

/** In place of a container's id: what the agent says of itself. */
export const AGENT = 'agent';

/** A cycle's time is given to its points after the reading, so a reading of before can have a time of after. */
const READING_MS = 250;

/** A small OTLP/HTTP receiver that remembers the last point of every series. */
export async function startWatch(releasers: Releasers): Promise<Watch> {
  const latest = new Map<string, Map<string, ReceivedPoint>>();
  const lastValues = new Map<string, ReceivedPoint>();
  const falls: string[] = [];

  function take(point: ReceivedPoint): void {
    const id = String(point.resource['container.id'] ?? AGENT);
    const series = seriesOf(point);
    const before = lastValues.get(`${id} ${series}`);
    if (!point.stale && point.isMonotonic && before?.startSeconds === point.startSeconds) {
      if (point.value! < before.value!) falls.push(`${series} of ${id}: ${before.value} → ${point.value}`);
    }
    if (!latest.has(id)) latest.set(id, new Map());
    latest.get(id)!.set(series, point);
    if (!point.stale) lastValues.set(`${id} ${series}`, point);
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      for (const point of pointsOf([decodeMetricsRequest(Buffer.concat(chunks))])) take(point);
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  releasers.add('OTLP receiver', () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next(id) {
      const afterSeconds = (Date.now() + READING_MS) / 1_000;
      const look = (): Snapshot | undefined => {
        const living = [...(latest.get(id)?.values() ?? [])].filter(({ stale }) => !stale);
        const points = living.filter(({ timeSeconds }) => timeSeconds > afterSeconds);
        // A request may be split: a series of the last cycle whose new point is still to come.
        return points.length > 0 && points.length === living.length ? snapshotOf(points) : undefined;
      };
      return waitFor(`a cycle of ${id.slice(0, 12)}`, look, { timeoutMs: 10_000, everyMs: 50 });
    },
    lastValues: (id, metric, attributes = {}) =>
      [...lastValues]
        .filter(([key, point]) => key.startsWith(`${id} `) && point.metric === metric && has(point, attributes))
        .map(([, { value }]) => value!),
    openSeries: (id) => [...(latest.get(id) ?? [])].filter(([, { stale }]) => !stale).map(([series]) => series),
    falls: () => falls,
  };
}

function snapshotOf(points: readonly ReceivedPoint[]): Snapshot {
  return {
    resource: points[0]!.resource,
    points,
    value(metric, attributes = {}) {
      const found = points.filter((point) => point.metric === metric && has(point, attributes));
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value!, 0);
    },
    which: (metric, attribute) =>
      points.find((point) => point.metric === metric && point.value === 1)?.attributes[attribute] as string | undefined,
  };
}

const has = (point: ReceivedPoint, attributes: Attributes): boolean =>
  Object.entries(attributes).every(([key, value]) => point.attributes[key] === value);

const seriesOf = ({ metric, attributes }: ReceivedPoint): string => `${metric} ${JSON.stringify(attributes)}`;
