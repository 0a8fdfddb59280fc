import type { NetworkInterface } from '../sources/proc/net-dev.ts';

const COUNTERS = [
  'receivedBytes',
  'receivedPackets',
  'receiveErrors',
  'receiveDropped',
  'transmittedBytes',
  'transmittedPackets',
  'transmitErrors',
  'transmitDropped',
] as const satisfies readonly (keyof NetworkInterface)[];

export type InterfaceCounters = Readonly<Record<(typeof COUNTERS)[number], number>>;

export const ZERO: InterfaceCounters = {
  receivedBytes: 0,
  receivedPackets: 0,
  receiveErrors: 0,
  receiveDropped: 0,
  transmittedBytes: 0,
  transmittedPackets: 0,
  transmitErrors: 0,
  transmitDropped: 0,
};

/** Written out, as the sum below: both are made for each interface in each cycle. */
export function countersOf(source: InterfaceCounters): InterfaceCounters {
  return {
    receivedBytes: source.receivedBytes,
    receivedPackets: source.receivedPackets,
    receiveErrors: source.receiveErrors,
    receiveDropped: source.receiveDropped,
    transmittedBytes: source.transmittedBytes,
    transmittedPackets: source.transmittedPackets,
    transmitErrors: source.transmitErrors,
    transmitDropped: source.transmitDropped,
  };
}

export function combine(a: InterfaceCounters, b: InterfaceCounters, sign: 1 | -1): InterfaceCounters {
  return {
    receivedBytes: a.receivedBytes + sign * b.receivedBytes,
    receivedPackets: a.receivedPackets + sign * b.receivedPackets,
    receiveErrors: a.receiveErrors + sign * b.receiveErrors,
    receiveDropped: a.receiveDropped + sign * b.receiveDropped,
    transmittedBytes: a.transmittedBytes + sign * b.transmittedBytes,
    transmittedPackets: a.transmittedPackets + sign * b.transmittedPackets,
    transmitErrors: a.transmitErrors + sign * b.transmitErrors,
    transmitDropped: a.transmitDropped + sign * b.transmitDropped,
  };
}

/** Whether none of them fell. */
export function goesOn(before: InterfaceCounters, now: InterfaceCounters): boolean {
  return COUNTERS.every((counter) => now[counter] >= before[counter]);
}
