import type { ProcStat } from '../../src/sources/proc/stat.ts';
import { stat } from './stats.ts';

/*
 * The processes of one container as the kernel keeps them, with the truth that no reader can see: every tick that was
 * ever used.
 */

/** What happens next; `who` picks one of those it can happen to. */
export type Step =
  | { readonly do: 'fork'; readonly who: number; readonly ignoresChildren: boolean; readonly adopts: boolean }
  /** `docker exec`: a process whose parent is outside the container. */
  | { readonly do: 'exec' }
  | { readonly do: 'run'; readonly who: number; readonly ticks: number }
  | { readonly do: 'exit'; readonly who: number }
  | { readonly do: 'wait'; readonly who: number };

type Process = {
  readonly pid: number;
  readonly start: number;
  parent: Process | undefined;
  /** SIGCHLD is ignored: its children vanish at their end and are inherited by nobody. */
  readonly ignoresChildren: boolean;
  /** A subreaper: orphans below it become its children. */
  readonly adopts: boolean;
  own: number;
  waited: number;
  isZombie: boolean;
};

export type ProcessModel = {
  step(step: Step): void;
  /** Live and defunct processes, in the order in which they were started. */
  list(): readonly number[];
  /** What /proc/PID/stat says now; undefined when the process that was listed is gone. */
  read(start: number): ProcStat | undefined;
  trueTicks(): number;
  /** Of it, what ended processes used that nobody in the container inherited, by start. */
  uninherited(): ReadonlyMap<number, number>;
};

const OUTSIDE = 4000;

export function createProcessModel(): ProcessModel {
  const processes: Process[] = [];
  const uninherited = new Map<number, number>();
  let started = 0;
  let trueTicks = 0;

  function start(parent: Process | undefined, more: Pick<Process, 'ignoresChildren' | 'adopts'>): void {
    let pid = 1;
    // The lowest free pid, so that pids are reused as soon as they can be.
    while (processes.some((each) => each.pid === pid)) pid += 1;
    started += 1;
    processes.push({ pid, start: started, parent, own: 0, waited: 0, isZombie: false, ...more });
  }

  function remove(process: Process, heir: Process | undefined): void {
    processes.splice(processes.indexOf(process), 1);
    const ticks = process.own + process.waited;
    if (heir) heir.waited += ticks;
    else uninherited.set(process.start, ticks);
  }

  function adopterOf({ parent }: Process): Process {
    let ancestor = parent;
    while (ancestor && (ancestor.isZombie || !ancestor.adopts)) ancestor = ancestor.parent;
    return ancestor ?? processes[0]!;
  }

  function end(process: Process): void {
    process.isZombie = true;
    const adopter = adopterOf(process);
    for (const child of processes.filter(({ parent }) => parent === process)) {
      child.parent = adopter;
      if (child.isZombie && adopter.ignoresChildren) remove(child, undefined);
    }
    if (!process.parent || process.parent.ignoresChildren) remove(process, undefined);
  }

  start(undefined, { ignoresChildren: false, adopts: true });

  return {
    step(step) {
      const living = processes.filter(({ isZombie }) => !isZombie);
      const pick = <T>(from: readonly T[], who: number): T | undefined => from[who % from.length];
      if (step.do === 'exec') start(undefined, { ignoresChildren: false, adopts: false });
      else if (step.do === 'fork') start(pick(living, step.who), step);
      else if (step.do === 'run') {
        pick(living, step.who)!.own += step.ticks;
        trueTicks += step.ticks;
      } else if (step.do === 'exit') {
        const process = pick(living.slice(1), step.who);
        if (process) end(process);
      } else {
        const zombie = pick(
          processes.filter(({ isZombie }) => isZombie),
          step.who,
        );
        if (zombie) remove(zombie, zombie.parent);
      }
    },
    list: () => processes.map((process) => process.start),
    read(wanted) {
      const process = processes.find((each) => each.start === wanted);
      if (!process) return undefined;
      const { pid, parent, own, waited, isZombie } = process;
      return stat(pid, {
        state: isZombie ? 'Z' : 'S',
        start: process.start,
        parent: parent?.pid ?? OUTSIDE,
        own,
        waited,
      });
    },
    trueTicks: () => trueTicks,
    uninherited: () => uninherited,
  };
}
