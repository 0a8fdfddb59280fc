import { readFileSync } from 'node:fs';

export type OldValues = {
  readonly cpuSeconds: number;
  readonly virtualBytes: number;
  readonly residentBytes: number;
  readonly fileBytes: number;
  readonly receivedBytes: number;
  readonly transmittedBytes: number;
};

const TICKS_PER_SECOND = 100;
const STATES = '/run/docker/runtime-runc/moby';

/**
 * The method that Plimsoll comes from (a patched node_exporter of 2021), for comparison: the entries of `tasks`, each read
 * as if it were a process, live ones only; the network's first line after the two headings, from the first of them. Kept
 * as it was, but for the lines of `status`: it took them by number, and their numbers are others on today's kernels.
 * @returns `fails` where its one path, its one cgroup or one of its entries is not there, as its whole scrape then did.
 */
export function readOldWay(id: string): OldValues | 'fails' {
  try {
    const state = JSON.parse(readFileSync(`${STATES}/${id}/state.json`, 'utf8'));
    const directory: string = state.cgroup_paths.pids;
    const tids = readFileSync(`${directory}/tasks`, 'utf8').trim().split('\n');
    return { ...sumOfTasks(tids), ...firstInterface(tids[0]!) };
  } catch {
    return 'fails';
  }
}

function sumOfTasks(tids: readonly string[]): Omit<OldValues, 'receivedBytes' | 'transmittedBytes'> {
  const sum = { cpuSeconds: 0, virtualBytes: 0, residentBytes: 0, fileBytes: 0 };
  for (const tid of tids) {
    const fields = readFileSync(`/proc/${tid}/stat`, 'utf8').split(' ');
    const ticks = fields.slice(13, 17).reduce((total, field) => total + Number(field), 0);
    const status = readFileSync(`/proc/${tid}/status`, 'utf8');
    sum.cpuSeconds += ticks / TICKS_PER_SECOND;
    sum.virtualBytes += bytesOf(status, 'VmSize');
    sum.residentBytes += bytesOf(status, 'VmRSS');
    sum.fileBytes += bytesOf(status, 'RssFile');
  }
  return sum;
}

function bytesOf(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1024;
}

function firstInterface(tid: string): Pick<OldValues, 'receivedBytes' | 'transmittedBytes'> {
  const fields = readFileSync(`/proc/${tid}/net/dev`, 'utf8').split('\n')[2]!.trim().split(/\s+/);
  return { receivedBytes: Number(fields[1]), transmittedBytes: Number(fields[9]) };
}
