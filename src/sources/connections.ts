import { okValue } from './kernel-files.ts';
import { isStillIn } from './proc/namespace.ts';
import { addTcpStates, NO_TCP_STATES, readTcpStates, type TcpStates } from './proc/net-tcp.ts';
import type { ProcFs } from './proc/proc-fs.ts';
import { readSockstat, readSockstat6, type SocketCounts } from './proc/sockstat.ts';

/** Sockets of one network namespace, of IPv4 and IPv6 together. What could not be read, or is too much, is absent. */
export type Connections = {
  readonly tcp?: TcpStates | undefined;
  /** UDP knows no connections: sockets that have a port. */
  readonly udp?: number | undefined;
};

/** How many processes are asked before a namespace counts as unreadable: any that lives answers for all. */
const MAX_ATTEMPTS = 8;

/** Through any living process of the namespace: a zombie has left it, and its files are empty or gone. */
export function readConnections(proc: ProcFs, pids: readonly number[], namespace?: number): Connections | undefined {
  for (const pid of pids.slice(0, MAX_ATTEMPTS)) {
    const connections = readThrough(proc, pid);
    if (connections && isStillIn(proc, pid, namespace)) return connections;
  }
  return undefined;
}

function readThrough(proc: ProcFs, pid: number): Connections | undefined {
  const counts = okValue(readSockstat(proc, pid));
  if (!counts) return undefined;
  const outcome6 = readSockstat6(proc, pid);
  const counts6 = outcome6.status === 'gone' ? NO_SOCKETS : okValue(outcome6);
  return {
    udp: counts6 && counts.udp + counts6.udp,
    tcp: counts6 && readTcp(proc, pid, [counts.tcp + counts.timeWait, counts6.tcp + counts.timeWait]),
  };
}

const NO_SOCKETS: SocketCounts = { tcp: 0, udp: 0, timeWait: 0 };

/**
 * Each file is read only where there are sockets: to write it the kernel walks the table that all namespaces share
 * (measured: 6 ms each on a host with hardly any socket).
 */
function readTcp(proc: ProcFs, pid: number, sockets: readonly [ipv4: number, ipv6: number]): TcpStates | undefined {
  const tcp = sockets[0] > 0 ? okValue(readTcpStates(proc, pid, { file: 'tcp' })) : NO_TCP_STATES;
  if (!tcp || sockets[1] === 0) return tcp;
  const tcp6 = readTcpStates(proc, pid, { file: 'tcp6' });
  // Without IPv6 the file is not there. Otherwise half of the sockets would pass for all.
  if (tcp6.status !== 'ok') return tcp6.status === 'gone' ? tcp : undefined;
  return addTcpStates(tcp, tcp6.value);
}
