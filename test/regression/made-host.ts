import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import type { OtlpMetricsRequest } from '../../src/otlp/metrics-request.ts';
import type { Container } from '../../src/sources/container.ts';
import { containerId, type InspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../fakes/docker-engine.ts';
import { metricOf, pointsOfMetric, resourceOf } from '../golden/request.ts';
import { createTree, type Tree } from '../sources/tree.ts';
import { createWholeCycle, type WholeCycle } from '../whole-cycle.ts';

/** Hosts made by hand: an engine's answers and the kernel's files in, what the agent sends out. */

export type MadeHost = Pick<Tree, 'write' | 'link' | 'remove'> & {
  readonly root: string;
  readonly engine: FakeDockerEngine;
  readonly sources: WholeCycle['sources'];
  /** A file as it stands there now, for the old ways. */
  read(path: string): string;
  /** One cycle, ten seconds after the last; what it sends. */
  cycle(): Promise<OtlpMetricsRequest>;
  /** The same agent with other settings, as after SIGHUP. */
  reload(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** The containers that discovery knows now. */
  discovered(): Promise<readonly Container[]>;
};

export type MadeHostOptions = {
  readonly containers: readonly InspectDocument[];
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
};

const INTERVAL_MS = 10_000;

export async function openMadeHost({ containers, files = {}, settings = {} }: MadeHostOptions): Promise<MadeHost> {
  const { root, write, link, remove } = createTree(files);
  const engine = await createFakeDockerEngine();
  onTestFinished(engine.close);
  for (const document of containers) engine.addOld(document);
  const accounts = createAccounts();
  const open = async (chosen: Readonly<Record<string, unknown>>): Promise<WholeCycle> => {
    const opened = await createWholeCycle({
      root,
      engine: engine.host,
      protocol: 'http/json',
      settings: chosen,
      accounts,
    });
    onTestFinished(opened.sources.discovery.close);
    return opened;
  };
  let whole = await open(settings);
  let nowMs = Date.now();
  return {
    root,
    write,
    link,
    remove,
    engine,
    get sources() {
      return whole.sources;
    },
    async reload(settings) {
      await whole.sources.discovery.close();
      whole = await open(settings);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    async cycle() {
      nowMs += INTERVAL_MS;
      return (await whole.run(nowMs)) ?? {};
    },
    discovered: () => whole.sources.discovery.current(),
  };
}

export type MadeProcess = {
  readonly name?: string;
  readonly state?: string;
  readonly parent?: number;
  /** Of user time, its own and those of the children it waited for. */
  readonly ticks?: number;
  readonly childrenTicks?: number;
  readonly threads?: number;
  readonly startTicks?: number;
  readonly residentKb?: number;
  readonly netDev?: string;
};

/** What /proc has of a process of the container. */
export function processFiles(pid: number, id: string, made: MadeProcess = {}): Record<string, string> {
  const { name = 'app', state = 'S', parent = 1, ticks = 0, childrenTicks = 0, threads = 1 } = made;
  const { startTicks = 5000 + pid, residentKb = 0, netDev = netDevOf({ lo: 0, eth0: 0 }) } = made;
  const times = `${ticks} 0 ${childrenTicks} 0`;
  return {
    [`proc/${pid}/stat`]: `${pid} (${name}) ${state} ${parent} 1 1 0 -1 0 0 0 0 0 ${times} 20 0 ${threads} 0 ${startTicks} 1000 10\n`,
    [`proc/${pid}/status`]: `Name:\t${name}\nVmSize:\t${2 * residentKb} kB\nRssAnon:\t${residentKb} kB\nRssFile:\t0 kB\nRssShmem:\t0 kB\nVmSwap:\t0 kB\n`,
    [`proc/${pid}/cgroup`]: `0::/docker/${containerId(id)}\n`,
    [`proc/${pid}/net/dev`]: netDev,
  };
}

/** Where the container is on a host with cgroup v2. */
export const cgroupOf = (id: string): string => `sys/fs/cgroup/docker/${containerId(id)}`;

/** A container on a host with cgroup v2: its cgroup, its processes by pid, and more files of its cgroup. */
export function containerFiles(
  id: string,
  processes: Readonly<Record<number, MadeProcess>>,
  cgroup: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const pids = Object.keys(processes).map(Number);
  const files = Object.entries({ 'cgroup.procs': lines(pids), ...cgroup });
  return {
    'sys/fs/cgroup/cgroup.controllers': '',
    ...Object.fromEntries(files.map(([name, text]) => [`${cgroupOf(id)}/${name}`, text])),
    ...Object.assign({}, ...pids.map((pid) => processFiles(pid, id, processes[pid]))),
  };
}

export const lines = (values: readonly (string | number)[]): string => values.map((value) => `${value}\n`).join('');

/** /proc/PID/net/dev with interfaces that received so many bytes. */
export function netDevOf(receivedBytes: Readonly<Record<string, number>>): string {
  const interfaces = Object.entries(receivedBytes).map(([name, bytes]) => `${name}: ${bytes} ${'0 '.repeat(15)}`);
  return lines(['Inter-|   Receive                    |  Transmit', ' face |bytes    packets errs', ...interfaces]);
}

/**
 * The values of a container's metric by the values of its attributes, as `{ user: 2.5, system: 0 }`; the key is empty for a
 * metric without attributes, and nothing is there where the metric is not.
 */
export function valuesOf(request: OtlpMetricsRequest, container: string, metric: string): Record<string, number> {
  const found = metricOf(resourceOf(request, container), metric);
  const points = found ? pointsOfMetric(found) : [];
  return Object.fromEntries(
    points.map(({ attributes = [], asDouble, asInt }) => [
      attributes.map(({ value }) => value?.stringValue).join(' '),
      asDouble ?? Number(asInt),
    ]),
  );
}
