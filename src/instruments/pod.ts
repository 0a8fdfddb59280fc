import { METRICS } from './definitions.ts';
import { eachWay } from './network.ts';
import type { ObservedMetric } from './observed.ts';

/** What the sandbox of a Kubernetes pod is measured for: the network that the pod's containers share. */
export const POD_METRICS: readonly ObservedMetric[] = [
  eachWay(METRICS.podNetworkIo, 'receivedBytes', 'transmittedBytes'),
  eachWay(METRICS.podNetworkErrors, 'receiveErrors', 'transmitErrors'),
];
