import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_PRESSURE_RESOURCE, ATTR_PRESSURE_SCOPE } from './semconv.ts';

const RESOURCES = (['cpu', 'memory', 'io'] as const).map((resource) => ({
  resource,
  some: { [ATTR_PRESSURE_RESOURCE]: resource, [ATTR_PRESSURE_SCOPE]: 'some' },
  full: { [ATTR_PRESSURE_RESOURCE]: resource, [ATTR_PRESSURE_SCOPE]: 'full' },
}));

export const PRESSURE: readonly ObservedMetric[] = [
  observed(METRICS.pressureTime, ({ pressures }, put) => {
    for (const { resource, some, full } of RESOURCES) {
      put(pressures[resource]?.someSeconds, some);
      put(pressures[resource]?.fullSeconds, full);
    }
  }),
];
