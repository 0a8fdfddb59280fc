import type { TcpState } from '../sources/proc/net-tcp.ts';
import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_NETWORK_CONNECTION_STATE, ATTR_NETWORK_TRANSPORT } from './semconv.ts';

const TCP = (
  [
    'established',
    'syn_sent',
    'syn_received',
    'fin_wait_1',
    'fin_wait_2',
    'time_wait',
    'closed',
    'close_wait',
    'last_ack',
    'listen',
    'closing',
  ] satisfies TcpState[]
).map((state) => ({
  state,
  attributes: { [ATTR_NETWORK_TRANSPORT]: 'tcp', [ATTR_NETWORK_CONNECTION_STATE]: state },
}));
const UDP = { [ATTR_NETWORK_TRANSPORT]: 'udp' };

export const CONNECTIONS: readonly ObservedMetric[] = [
  observed(METRICS.connectionCount, ({ connections }, put) => {
    // Every state each time, so that a series that was seen does not come and go.
    for (const { state, attributes } of TCP) put(connections?.tcp?.[state], attributes);
    put(connections?.udp, UDP);
  }),
];
