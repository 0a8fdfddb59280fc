import { numberOfLine } from '../ascii.ts';
import type { ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** /proc/PID/net/sockstat, of IPv4, or sockstat6, of IPv6: sockets of the network namespace that have a port. */
export type SocketCounts = {
  readonly tcp: number;
  readonly udp: number;
  /** TCP connections in TIME_WAIT and the like, which are in none of the others; of both kinds of IP, on IPv4's page. */
  readonly timeWait: number;
};

const TCP = Buffer.from('TCP: inuse ');
const UDP = Buffer.from('UDP: inuse ');
const TCP6 = Buffer.from('TCP6: inuse ');
const UDP6 = Buffer.from('UDP6: inuse ');
const TIME_WAIT = /^TCP: .* tw (\d{1,15})(?=[ \n])/m;

export function parseSockstat(bytes: Buffer): SocketCounts | undefined {
  const tcp = numberOfLine(bytes, TCP);
  const udp = numberOfLine(bytes, UDP);
  const timeWait = TIME_WAIT.exec(bytes.toString('latin1'))?.[1];
  if (tcp === undefined || udp === undefined || timeWait === undefined) return undefined;
  return { tcp, udp, timeWait: Number(timeWait) };
}

export function parseSockstat6(bytes: Buffer): SocketCounts | undefined {
  const tcp = numberOfLine(bytes, TCP6);
  const udp = numberOfLine(bytes, UDP6);
  return tcp === undefined || udp === undefined ? undefined : { tcp, udp, timeWait: 0 };
}

export function readSockstat(proc: ProcFs, pid: number): ReadOutcome<SocketCounts> {
  return proc.files.read('proc.net.sockstat', `${proc.path}/${pid}/net/sockstat`, parseSockstat);
}

/** Gone without IPv6. */
export function readSockstat6(proc: ProcFs, pid: number): ReadOutcome<SocketCounts> {
  return proc.files.read('proc.net.sockstat6', `${proc.path}/${pid}/net/sockstat6`, parseSockstat6);
}
