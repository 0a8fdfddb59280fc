import { type Fault, kernel, type Operation } from './kernel.ts';
import { createMeasurement, type Measured } from './measurement.ts';
import {
  type CgroupVersion,
  WEB_PIDS,
  type World,
  withoutProcess,
  withoutWeb,
  withReusedPid,
  worldAt,
} from './world.ts';

/*
 * Every case: one operation of one measurement, and what happens there. A fault happens once; a change of the world
 * happens at that operation and stays.
 */

/** What can change for good between two operations, and the world of a cycle after it. */
const CHANGES: Readonly<Record<string, (version: CgroupVersion, world: World) => World>> = {
  'the first process vanishes': (_, world) => withoutProcess(world, WEB_PIDS.first),
  'the worker vanishes': (_, world) => withoutProcess(world, WEB_PIDS.worker),
  'the zombie vanishes': (_, world) => withoutProcess(world, WEB_PIDS.zombie),
  'the pid of the first process is reused': (_, world) => withReusedPid(world, WEB_PIDS.first),
  'the pid of the worker is reused': (_, world) => withReusedPid(world, WEB_PIDS.worker),
  'the cgroup is emptied and removed': withoutWeb,
};

const ERRORS: readonly Fault[] = ['ENOENT', 'ESRCH', 'EACCES', 'EIO', 'ENODEV'];

/** Faults that a call can have. */
export function faultsOf({ call }: Operation): readonly Fault[] {
  if (call === 'read') return [...ERRORS, 'short', 'cut', 'empty'];
  return call === 'list' ? [...ERRORS, 'empty'] : ERRORS;
}

export type Happening =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'change'; readonly change: string };

export type Case = {
  readonly version: CgroupVersion;
  /** 1: while containers are looked for; 2: while they are known. */
  readonly cycle: number;
  readonly index: number;
  readonly operation: Operation;
  readonly happening: Happening;
};

/** The cycle before, the one in which it happens, and the one after it. */
export type Outcome = {
  readonly before: Measured | undefined;
  readonly faulted: Measured;
  readonly after: Measured;
  /** Files that were not closed. */
  readonly leftOpen: readonly string[];
};

type Worlds = (cycle: number) => World;

const worldsOf = remember((version: CgroupVersion): Worlds => remember((cycle: number) => worldAt(version, cycle)));

const changedWorlds = remember((version: CgroupVersion) =>
  remember(
    (change: string): Worlds => remember((cycle: number) => CHANGES[change]!(version, worldsOf(version)(cycle))),
  ),
);

/** What all cycles measure when nothing happens. */
export async function measureUndisturbed(version: CgroupVersion, cycles: number): Promise<readonly Measured[]> {
  const worlds = worldsOf(version);
  kernel.show(worlds(1));
  const measurement = createMeasurement();
  const measured: Measured[] = [];
  for (let cycle = 1; cycle <= cycles; cycle++) {
    kernel.show(worlds(cycle));
    kernel.record();
    measured.push(await measurement.cycle());
  }
  return measured;
}

/** All operations of a cycle, each with all that can happen there. */
export async function enumerate(version: CgroupVersion, cycle: number): Promise<readonly Case[]> {
  await measureUndisturbed(version, cycle);
  return kernel.operations().flatMap((operation, index) => {
    const faults = faultsOf(operation).map((fault): Happening => ({ kind: 'fault', fault }));
    const changes = Object.keys(CHANGES)
      .filter((change) => isSeen(version, cycle, change, operation))
      .map((change): Happening => ({ kind: 'change', change }));
    return [...faults, ...changes].map((happening) => ({ version, cycle, index, operation, happening }));
  });
}

/** A change before an operation that does not see it is the same as one before the next operation. */
function isSeen(version: CgroupVersion, cycle: number, change: string, { path }: Operation): boolean {
  return !kernel.seesTheSame(path, worldsOf(version)(cycle), changedWorlds(version)(change)(cycle));
}

export async function play({ version, cycle, index, happening }: Case): Promise<Outcome> {
  const worlds = worldsOf(version);
  const changed = happening.kind === 'change' ? changedWorlds(version)(happening.change) : undefined;
  kernel.show(worlds(1));
  kernel.record();
  const measurement = createMeasurement();
  let before: Measured | undefined;
  for (let earlier = 1; earlier < cycle; earlier++) {
    kernel.show(worlds(earlier));
    before = await measurement.cycle();
  }
  kernel.show(worlds(cycle));
  kernel.record((_, at) => {
    if (at !== index) return undefined;
    if (changed) kernel.show(changed(cycle));
    return happening.kind === 'fault' ? happening.fault : undefined;
  });
  const faulted = await measurement.cycle();
  kernel.show((changed ?? worlds)(cycle + 1));
  kernel.record();
  const after = await measurement.cycle();
  return { before, faulted, after, leftOpen: kernel.takeOpen() };
}

function remember<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key)!;
  };
}

export function nameOf({ version, cycle, index, operation, happening }: Case): string {
  const what = happening.kind === 'fault' ? happening.fault : happening.change;
  return `v${version}, cycle ${cycle}, operation ${index} (${operation.call} ${operation.path}): ${what}`;
}
