import Table from 'cli-table3';
import type { ContainerUsage } from '../accounting/usage.ts';
import { formatBytes, formatDuration } from './quantity.ts';

const HEAD = [
  'CONTAINER',
  'STATE',
  'CPU',
  'MEMORY',
  'LIMIT',
  'WORKING SET',
  'NET IN',
  'NET OUT',
  'PROCESSES',
  'THREADS',
  'UPTIME',
];
const UNKNOWN = '-';
/** Names are untrusted: what could steer a terminal is shown as a replacement character. */
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** One line for each container, for people; `-` where the kernel did not say. */
export function usageTable(usages: readonly ContainerUsage[]): string {
  const table = new Table({
    head: HEAD,
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: HEAD.map((_, column) => (column < 2 ? 'left' : 'right')),
  });
  table.push(...usages.map(row));
  return `${table.toString()}\n`;
}

function row(usage: ContainerUsage): string[] {
  const { container, cpu, memory, processes, interfaces } = usage;
  const sum = (field: 'receivedBytes' | 'transmittedBytes') =>
    interfaces.length === 0 ? undefined : interfaces.reduce((total, each) => total + each[field], 0);
  const cpus = cpu.userCpus === undefined || cpu.systemCpus === undefined ? undefined : cpu.userCpus + cpu.systemCpus;
  const count = processes && Object.values(processes.countByState).reduce((total, each) => total + each, 0);
  return [
    container.name.replace(CONTROL_CHARACTERS, '�'),
    container.state,
    cpus?.toFixed(2) ?? UNKNOWN,
    formatBytes(memory.usageBytes) ?? UNKNOWN,
    formatBytes(memory.limitBytes) ?? UNKNOWN,
    formatBytes(memory.workingSetBytes) ?? UNKNOWN,
    formatBytes(sum('receivedBytes')) ?? UNKNOWN,
    formatBytes(sum('transmittedBytes')) ?? UNKNOWN,
    count?.toString() ?? UNKNOWN,
    processes?.threadCount.toString() ?? UNKNOWN,
    formatDuration(usage.uptimeSeconds) ?? UNKNOWN,
  ];
}
