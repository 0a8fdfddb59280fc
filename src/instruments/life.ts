import type { ContainerHealth, ContainerState } from '../sources/container.ts';
import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_CONTAINER_HEALTH, ATTR_CONTAINER_STATUS } from './semconv.ts';

const STATES = (['created', 'running', 'paused', 'restarting', 'exited', 'dead'] satisfies ContainerState[]).map(
  (state) => ({ state, attributes: { [ATTR_CONTAINER_STATUS]: state } }),
);

const HEALTHS = (['starting', 'healthy', 'unhealthy'] satisfies ContainerHealth[]).map((health) => ({
  health,
  attributes: { [ATTR_CONTAINER_HEALTH]: health },
}));

export const LIFE: readonly ObservedMetric[] = [
  observed(METRICS.uptime, ({ uptimeSeconds }, put) => put(uptimeSeconds)),
  observed(METRICS.status, ({ container }, put) => {
    for (const { state, attributes } of STATES) put(container.state === state ? 1 : 0, attributes);
  }),
  observed(METRICS.healthStatus, ({ container }, put) => {
    if (container.health === undefined) return;
    for (const { health, attributes } of HEALTHS) put(container.health === health ? 1 : 0, attributes);
  }),
  observed(METRICS.exitCode, ({ container }, put) => put(container.exitCode)),
  observed(METRICS.oomKilled, ({ container: { oomKilled } }, put) =>
    put(oomKilled === undefined ? undefined : Number(oomKilled)),
  ),
  observed(METRICS.restartCount, ({ container }, put) => put(container.restartCount)),
];
