import type { ContainerUsage } from '../accounting/usage.ts';
import type { NetworkInterface } from '../sources/proc/net-dev.ts';
import { createAttributeCache } from './attribute-cache.ts';
import type { MetricDefinition } from './definition.ts';
import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_NETWORK_INTERFACE_NAME, ATTR_NETWORK_IO_DIRECTION } from './semconv.ts';

type Field = Exclude<keyof NetworkInterface, 'name'>;

const attributesOf = createAttributeCache((name) => ({
  receive: { [ATTR_NETWORK_INTERFACE_NAME]: name, [ATTR_NETWORK_IO_DIRECTION]: 'receive' },
  transmit: { [ATTR_NETWORK_INTERFACE_NAME]: name, [ATTR_NETWORK_IO_DIRECTION]: 'transmit' },
}));

/** One point for each interface and direction. */
export function eachWay(metric: MetricDefinition, received: Field, transmitted: Field): ObservedMetric {
  return observed(metric, ({ interfaces }: ContainerUsage, put) => {
    for (const each of interfaces) {
      const { receive, transmit } = attributesOf(each.name);
      put(each[received], receive);
      put(each[transmitted], transmit);
    }
  });
}

export const NETWORK: readonly ObservedMetric[] = [
  eachWay(METRICS.networkIo, 'receivedBytes', 'transmittedBytes'),
  eachWay(METRICS.networkPacketCount, 'receivedPackets', 'transmittedPackets'),
  eachWay(METRICS.networkPacketDropped, 'receiveDropped', 'transmitDropped'),
  eachWay(METRICS.networkErrors, 'receiveErrors', 'transmitErrors'),
];
