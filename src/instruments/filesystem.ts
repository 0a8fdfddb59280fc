import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';

export const FILESYSTEM: readonly ObservedMetric[] = [
  observed(METRICS.filesystemUsage, ({ container }, put) => put(container.writableBytes)),
];
