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

type Writable = { -readonly [counter in keyof InterfaceCounters]: number };

export function countersOf(source: InterfaceCounters): InterfaceCounters {
  const counters: Writable = { ...ZERO };
  for (const counter of COUNTERS) counters[counter] = source[counter];
  return counters;
}

export function combine(a: InterfaceCounters, b: InterfaceCounters, sign: 1 | -1): InterfaceCounters {
  const sum: Writable = { ...ZERO };
  for (const counter of COUNTERS) sum[counter] = a[counter] + sign * b[counter];
  return sum;
}

/** Whether none of them fell. */
export function goesOn(before: InterfaceCounters, now: InterfaceCounters): boolean {
  return COUNTERS.every((counter) => now[counter] >= before[counter]);
}
