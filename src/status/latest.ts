import { LIMITS, type OnLimit } from '../limits.ts';
import type { OtlpMetricsRequest, OtlpResourceMetrics } from '../otlp/metrics-request.ts';
import { type ContainerRow, currentState, nextSeries, ROW_METRICS, rowNumbers, type Series } from './container-row.ts';
import { numberPoints, type Point, textAttributes } from './points.ts';

/** What arrived, as the page and /api/containers show it. Ages count from now, so that clocks need not agree. */
export type LatestView = {
  readonly containers: readonly ContainerRow[];
  /** Since the last push of any container. */
  readonly ageMs?: number;
  /** Present where all containers are of one host. */
  readonly hostName?: string;
  /** More containers arrive than are kept; those over the limit are left out. */
  readonly truncated: boolean;
  /** Resources that are no container: the agent's own metrics. */
  readonly others: readonly { readonly serviceName: string; readonly ageMs: number }[];
};

export type LatestContainers = {
  /** Folds one request in. `nowMs` is of the same clock in every call and never falls. */
  apply(request: OtlpMetricsRequest, nowMs: number): void;
  view(nowMs: number): LatestView;
};

type Tracked = {
  readonly identity: ReadonlyMap<string, string>;
  readonly series: Map<string, Series>;
  seenAtMs: number;
};

const MAX_CONTAINERS = LIMITS.pageContainers.max;
const MAX_SERIES_PER_CONTAINER = LIMITS.pageSeries.max;
const MAX_OTHERS = LIMITS.pageOthers.max;
/** A container, or an agent, that ended without saying so, as after a killed agent. */
const STALE_INTERVALS = 5;
/** A series that ended without saying so, while its container goes on. */
const STALE_SERIES_INTERVALS = 3;

/** Keeps the last state of every container that is pushed. No I/O, and no clock of its own. */
export function createLatestContainers(options: {
  readonly intervalMs: number;
  /** Of what is no container; absent: the same. */
  readonly selfIntervalMs?: number | undefined;
  readonly maxContainers?: number;
  readonly onLimit?: OnLimit;
}): LatestContainers {
  const { intervalMs, selfIntervalMs = intervalMs, maxContainers = MAX_CONTAINERS, onLimit } = options;
  const othersIntervalMs = Math.max(intervalMs, selfIntervalMs);
  const containers = new Map<string, Tracked>();
  const others = new Map<string, number>();
  let truncatedAtMs = Number.NEGATIVE_INFINITY;

  const dropStale = (nowMs: number): void => {
    const oldestMs = nowMs - STALE_INTERVALS * intervalMs;
    for (const [id, { seenAtMs }] of containers) if (seenAtMs < oldestMs) containers.delete(id);
    const oldestOtherMs = nowMs - STALE_INTERVALS * othersIntervalMs;
    for (const [name, seenAtMs] of others) if (seenAtMs < oldestOtherMs) others.delete(name);
  };

  const applyContainer = (resource: OtlpResourceMetrics, identity: Tracked['identity'], nowMs: number): void => {
    const id = identity.get('container.id') ?? '';
    const points = [...numberPoints(resource, onLimit)];
    if (points.length > 0 && points.every((point) => point.ended)) {
      containers.delete(id);
      return;
    }
    const known = containers.get(id);
    if (known === undefined && containers.size >= maxContainers) {
      truncatedAtMs = nowMs;
      onLimit?.('pageContainers');
      return;
    }
    // Made anew, since a container may be renamed; its series go on.
    const tracked = { identity, series: known?.series ?? new Map<string, Series>(), seenAtMs: nowMs };
    for (const point of points) if (ROW_METRICS.has(point.metric)) applyPoint(tracked, point, onLimit);
    const oldestMs = nowMs - STALE_SERIES_INTERVALS * intervalMs;
    for (const [key, { seenAtMs }] of tracked.series) if (seenAtMs < oldestMs) tracked.series.delete(key);
    if (tracked.series.size > 0) containers.set(id, tracked);
    else containers.delete(id);
  };

  const applyOther = (serviceName: string, nowMs: number): void => {
    if (others.has(serviceName) || others.size < MAX_OTHERS) others.set(serviceName, nowMs);
    else onLimit?.('pageOthers');
  };

  return {
    apply(request, nowMs) {
      dropStale(nowMs);
      for (const resource of request.resourceMetrics ?? []) {
        const identity = textAttributes(resource.resource?.attributes, onLimit);
        if (identity.has('container.id')) applyContainer(resource, identity, nowMs);
        else applyOther(identity.get('service.name') ?? 'unknown', nowMs);
      }
    },
    view(nowMs) {
      dropStale(nowMs);
      const rows = [...containers.values()].map((tracked) => toRow(tracked, nowMs));
      const hostNames = new Set([...containers.values()].map(({ identity }) => identity.get('host.name')));
      const [hostName] = hostNames;
      return {
        containers: rows,
        ...(rows.length > 0 && { ageMs: Math.min(...rows.map(({ ageMs }) => ageMs)) }),
        ...(hostNames.size === 1 && hostName !== undefined && { hostName }),
        truncated: nowMs - truncatedAtMs <= STALE_INTERVALS * intervalMs,
        others: [...others].map(([serviceName, seenAtMs]) => ({ serviceName, ageMs: nowMs - seenAtMs })),
      };
    },
  };
}

function applyPoint({ series, seenAtMs }: Tracked, point: Point, onLimit?: OnLimit): void {
  if (point.ended) {
    series.delete(point.series);
    return;
  }
  const previous = series.get(point.series);
  if (previous === undefined && series.size >= MAX_SERIES_PER_CONTAINER) {
    onLimit?.('pageSeries');
    return;
  }
  // A request that is sent twice, or late, changes nothing.
  if (previous !== undefined && point.timeMs <= previous.point.timeMs) return;
  series.set(point.series, nextSeries(previous, point, seenAtMs));
}

function toRow({ identity, series, seenAtMs }: Tracked, nowMs: number): ContainerRow {
  const id = identity.get('container.id') ?? '';
  const imageName = identity.get('container.image.name');
  const tag = identity.get('container.image.tags');
  const state = currentState(series.values());
  return {
    id,
    name: identity.get('container.name') ?? identity.get('service.name') ?? id.slice(0, 12),
    ...(imageName !== undefined && { image: tag === undefined ? imageName : `${imageName}:${tag}` }),
    ...(state !== undefined && { state }),
    ...rowNumbers(series.values()),
    ageMs: nowMs - seenAtMs,
  };
}
