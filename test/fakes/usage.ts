import type { ContainerUsage } from '../../src/accounting/usage.ts';
import { container } from './containers.ts';

/** A usage with something in every subject. */
export function usage(more: Partial<ContainerUsage> = {}): ContainerUsage {
  return {
    container: container('web', {
      restartCount: 2,
      health: 'healthy',
      exitCode: 3,
      oomKilled: true,
      writableBytes: 29,
    }),
    uptimeSeconds: 60,
    processes: {
      cpuUserSeconds: 1.25,
      cpuSystemSeconds: 0.5,
      residentAnonBytes: 10,
      residentFileBytes: 20,
      residentShmemBytes: 30,
      virtualBytes: 1000,
      swapBytes: 5,
      countByState: { running: 1, sleeping: 2, stopped: 3, defunct: 4 },
      threadCount: 12,
      contextSwitches: { voluntary: 21, involuntary: 22 },
      faults: { major: 23, minor: 24 },
      io: { readBytes: 25, writeBytes: 26 },
      fileDescriptors: { count: 27, utilization: 0.125 },
      pssBytes: 28,
    },
    cpu: {
      time: { userSeconds: 2, systemSeconds: 1 },
      userCpus: 0.5,
      systemCpus: 0.25,
      limitCpus: 1.5,
      throttling: { periods: 100, throttledPeriods: 10, throttledSeconds: 0.75 },
    },
    memory: {
      usageBytes: 1000,
      workingSetBytes: 700,
      rssBytes: 500,
      availableBytes: 3300,
      limitBytes: 4000,
      peakBytes: 2000,
      cacheBytes: 400,
      swapBytes: 7,
      majorFaults: 5,
      minorFaults: 15,
    },
    memoryEvents: { low: 1, high: 2, max: 3, oom: 4, oomKill: 5 },
    tasks: { count: 12, limit: 100 },
    disks: [{ device: 'sda', readBytes: 10, writeBytes: 20, readOperations: 3, writeOperations: 4 }],
    pressures: { cpu: { someSeconds: 1.5, fullSeconds: 0.5 }, memory: { someSeconds: 0 }, io: { someSeconds: 2 } },
    interfaces: [
      {
        name: 'eth0',
        receivedBytes: 1,
        receivedPackets: 2,
        receiveErrors: 3,
        receiveDropped: 4,
        transmittedBytes: 5,
        transmittedPackets: 6,
        transmitErrors: 7,
        transmitDropped: 8,
      },
    ],
    connections: { tcp: TCP_STATES, udp: 12 },
    ...more,
  };
}

const TCP_STATES = {
  established: 1,
  syn_sent: 2,
  syn_received: 3,
  fin_wait_1: 4,
  fin_wait_2: 5,
  time_wait: 6,
  closed: 7,
  close_wait: 8,
  last_ack: 9,
  listen: 10,
  closing: 11,
};
