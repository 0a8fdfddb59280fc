import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Docker, TestContainer } from '../../e2e/parts/docker.ts';
import type { Images } from '../../e2e/parts/images.ts';
import type { Releasers } from '../../e2e/parts/releasers.ts';
import { RUN_ID, RUN_LABEL } from '../../e2e/parts/run-id.ts';
import { waitFor } from '../../e2e/parts/wait.ts';
import { type OldValues, readOldWay } from './old-method.ts';
import { readStats, type Stats } from './stats-api.ts';
import type { Snapshot, Watch } from './watch.ts';

/** What a scenario has at hand: one engine, one agent that measures it, and the kernel to ask for the truth. */
export type World = {
  readonly docker: Docker;
  readonly images: Images;
  readonly watch: Watch;
  readonly socketPath: string;
  /** The cgroup hierarchies of this engine's containers. */
  readonly cgroupPath: string;
  readonly releasers: Releasers;
};

/** Configuration of an agent on an engine that has other containers, too: it measures those of this run. */
export const OWN_CONTAINERS = { include: [`label:${RUN_LABEL}=${RUN_ID}`] };

/** Everything about a container that does nothing at the moment. */
export type Quiet<T> = {
  readonly truth: T;
  readonly plimsoll: Snapshot;
  readonly stats: Stats;
  readonly old: OldValues | 'fails';
};

const ATTEMPTS = 6;

/**
 * One cycle's values between two equal readings of the truth. Where something still moves it waits for the next cycle; in
 * the end the later reading counts.
 */
export async function quiet<T extends object>(
  world: World,
  container: TestContainer,
  truth: () => T,
): Promise<Quiet<T>> {
  let before = truth();
  for (let attempt = 1; ; attempt++) {
    const plimsoll = await world.watch.next(container.id);
    const after = truth();
    if (JSON.stringify(before) === JSON.stringify(after) || attempt === ATTEMPTS) {
      const stats = await readStats(world.socketPath, container.id);
      return { truth: after, plimsoll, stats, old: readOldWay(container.id) };
    }
    before = after;
  }
}

/** One value of the old method, or that it fails. */
export const ofOld = (old: OldValues | 'fails', field: keyof OldValues): number | 'fails' =>
  old === 'fails' ? old : old[field];

/** Directory of a container's cgroup: of a v1 controller, or with '' of the unified hierarchy. */
export function cgroupOf(
  { cgroupPath }: Pick<World, 'cgroupPath'>,
  { pid }: TestContainer,
  controller: string,
): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const path = lines.map((line) => line.split(':')).find(([, names]) => names?.split(',').includes(controller))?.[2];
  if (path === undefined) throw new Error(`process ${pid} is in no hierarchy of '${controller}'`);
  return join(cgroupPath, controller, path);
}

export const numberIn = (...path: readonly string[]): number => Number(readFileSync(join(...path), 'utf8'));

/** The number that follows a word at the beginning of a line. */
export function fieldIn(name: string, ...path: readonly string[]): number {
  const file = join(...path);
  const found = new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'));
  if (found === null) throw new Error(`no ${name} in ${file}`);
  return Number(found[1]);
}

/** A line of /proc/PID/status in bytes. */
export const statusBytes = (pid: number, name: string): number => fieldIn(`${name}:`, `/proc/${pid}/status`) * 1024;

/** What a load program says when it has done its work: its processor time as getrusage has it. */
export async function untilDone({ docker }: World, { name }: TestContainer): Promise<{ usedSeconds: number }> {
  const said = await untilSays(docker, name, /done(?: user_us=(\d+) system_us=(\d+))?/);
  return { usedSeconds: (Number(said[1] ?? 0) + Number(said[2] ?? 0)) / 1e6 };
}

export function untilSays(docker: Docker, name: string, pattern: RegExp): Promise<RegExpExecArray> {
  const look = async () => pattern.exec(await docker.logs(name)) ?? undefined;
  return waitFor(`${name} says ${pattern}`, look, { timeoutMs: 100_000, everyMs: 300 });
}
