import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { containerId, inspectDocument } from '../../fakes/docker-documents.ts';
import { createFakeDockerEngine } from '../../fakes/docker-engine.ts';
import { NODE_FLAGS } from '../../node-flags.ts';
import { processFiles } from '../../sources/host-tree.ts';
import type { Releasers } from '../parts/releasers.ts';
import { RUN_ID, RUN_VARIABLE } from '../parts/run-id.ts';
import { createTempDir } from '../parts/temp-dir.ts';
import type { ProcessHolds } from './cycles-program.ts';

/** What an agent does in an hour, in as little time as the work of its cycles takes. See cycles-program.ts. */
export type Cycles = {
  readonly firstMs: number;
  /** Runs so many cycles, one after the other, and answers what the process holds then. */
  run(count: number): Promise<ProcessHolds>;
  look(): Promise<ProcessHolds>;
  /** Sends what it can, within the agent's time for it. */
  stop(): Promise<ProcessHolds>;
};

export type CyclesOptions = {
  readonly releasers: Releasers;
  readonly containers: number;
  /** Time of the first cycle, as Unix time. */
  readonly firstMs: number;
  readonly endpoint: string;
  readonly env?: Readonly<Record<string, string>>;
};

export const INTERVAL_MS = 10_000;
const FIRST_PID = 1_000;
/** Before any cycle of a test. */
export const STARTED_AT = '2024-05-06T07:08:09Z';

/**
 * CPU time and uptime only, three points for each container: the number of cycles and containers matters here, and what the
 * Collector writes stays small enough to be counted.
 */
const FEW_METRICS = {
  PLIMSOLL_METRICS_EXCLUDE:
    'container.cpu.usage,container.status,container.exit.*,container.oom_killed,container.restart.*',
  ...Object.fromEntries(
    ['PROCESSES', 'MEMORY', 'MEMORY_EVENTS', 'TASKS', 'DISK', 'PRESSURE', 'NETWORK'].map((family) => [
      `PLIMSOLL_METRICS_${family}_ENABLED`,
      'false',
    ]),
  ),
};
export const POINTS_PER_CONTAINER = 3;

export async function startCycles({ releasers, containers, firstMs, endpoint, env }: CyclesOptions): Promise<Cycles> {
  const root = await createTempDir(releasers);
  const engine = await createFakeDockerEngine();
  releasers.add('fake engine', engine.close);
  const cpuStatFile = writeHost(root, containers);
  for (let at = 0; at < containers; at++)
    engine.addOld(inspectDocument({ id: idOf(at), name: `web-${at}`, pid: FIRST_PID + at, startedAt: STARTED_AT }));

  const program = new URL('cycles-program.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [...NODE_FLAGS, program, String(firstMs), cpuStatFile], {
    env: {
      [RUN_VARIABLE]: RUN_ID,
      DOCKER_HOST: engine.host,
      PLIMSOLL_HOST_ROOT: root,
      PLIMSOLL_LOG_LEVEL: 'error',
      PLIMSOLL_STATUS_ENABLED: 'false',
      PLIMSOLL_OUTBOX_DIRECTORY: join(root, 'outbox'),
      PLIMSOLL_COLLECTION_INTERVAL_MS: String(INTERVAL_MS),
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      ...FEW_METRICS,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  releasers.add('cycles', () => {
    child.kill('SIGKILL');
    return exited;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<ProcessHolds> => {
    child.stdin.write(`${question}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('the program of cycles has ended');
    return JSON.parse(value);
  };
  return { firstMs, run: (count) => ask(String(count)), look: () => ask('look'), stop: () => ask('stop') };
}

const idOf = (at: number): string => containerId(`c${at.toString(16).padStart(4, '0')}`);

/** The files of a host with cgroup v2. The CPU time of all containers is one file under many names, whose path is answered. */
function writeHost(root: string, containers: number): string {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const cpuStatFile = 'cpu.stat';
  write(cpuStatFile, '');
  write('sys/fs/cgroup/cgroup.controllers', '');
  write('proc/stat', 'btime 1700000000\n');
  for (let at = 0; at < containers; at++) {
    const pid = FIRST_PID + at;
    const cgroup = `docker/${idOf(at)}`;
    write(`sys/fs/cgroup/${cgroup}/cgroup.procs`, `${pid}\n`);
    linkSync(join(root, cpuStatFile), join(root, `sys/fs/cgroup/${cgroup}/cpu.stat`));
    for (const [path, text] of Object.entries(processFiles(pid, `0::/${cgroup}\n`))) write(path, text);
  }
  return join(root, cpuStatFile);
}
