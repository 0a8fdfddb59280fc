import type { ProcessReading } from '../../src/sources/container-reading.ts';

/*
 * The processes of one container as the kernel keeps them, with the truth that no reader can see: all that was ever
 * used. kernel/process-model.test.ts lets a real kernel do the same and compares.
 */

/** user, system, minor faults, major faults, bytes read, bytes written, voluntary and involuntary switches. */
export type Amounts = readonly number[];

/** What happens next; `who` picks one of those it can happen to. */
export type Step =
  | {
      readonly do: 'fork';
      readonly who: number;
      /** SIGCHLD is ignored: its children vanish at their end and are inherited by nobody. */
      readonly ignoresChildren: boolean;
      /** A subreaper: orphans below it become its children. */
      readonly adopts: boolean;
    }
  /** `docker exec`: a process whose parent is outside the container. */
  | { readonly do: 'exec' }
  | { readonly do: 'run'; readonly who: number; readonly amounts: Amounts }
  | { readonly do: 'start thread'; readonly who: number }
  | { readonly do: 'end thread'; readonly who: number }
  | { readonly do: 'exit'; readonly who: number }
  | { readonly do: 'wait'; readonly who: number }
  /** From now on its SIGCHLD is ignored, or not any more. */
  | { readonly do: 'ignore'; readonly who: number }
  /** Its io may not be read from now on, or may again. */
  | { readonly do: 'hide io'; readonly who: number }
  /** The clock that start times are read from goes on: until then processes start at the same time. */
  | { readonly do: 'tick' };

type Process = {
  readonly pid: number;
  readonly start: number;
  /** Over all processes that ever were. */
  readonly serial: number;
  parent: Process | undefined;
  ignoresChildren: boolean;
  readonly adopts: boolean;
  /** Its own, by counter; the switches are those of its living threads. */
  readonly own: number[];
  /** Switches of each thread but the first. */
  readonly threads: [number, number][];
  /** From children that it waited for: the first four apart from its own, the bytes are in its own. */
  readonly waited: number[];
  isZombie: boolean;
  hidesIo: boolean;
};

/** A process that ended, and all it had when it did. */
export type Ended = {
  readonly serial: number;
  readonly values: Amounts;
  /** Whether anybody in the container inherited it. */
  readonly isInherited: boolean;
  /** Whether anybody in the container could have. */
  readonly hasParent: boolean;
};

export type ProcessModel = {
  step(step: Step): void;
  /** Pids of the living, ascending, as the kernel lists them. */
  list(): readonly number[];
  /** What /proc says now; undefined when the process that was listed is gone. `between` happens between its two files. */
  read(pid: number, between?: () => void): ProcessReading | undefined;
  /** The defunct children of a process. */
  readZombies(pid: number): readonly ProcessReading[];
  serialOf(reading: ProcessReading): number;
  truth(): Amounts;
  ended(): readonly Ended[];
};

const OUTSIDE = 4000;
const COUNTERS = 8;
const FIRST_OF_IO = 4;
const FIRST_OF_SWITCHES = 6;

const zeros = (): number[] => new Array<number>(COUNTERS).fill(0);

/** With `adoptsOutside` orphans go to a process outside the container, as in the host's PID namespace. */
export function createProcessModel({ adoptsOutside = false } = {}): ProcessModel {
  const processes: Process[] = [];
  const ended: Ended[] = [];
  const truth = zeros();
  const serials = new Map<string, number>();
  const freedAt = new Map<number, number>();
  let ticks = 1;
  let started = 0;

  function start(parent: Process | undefined, ignoresChildren: boolean, adopts: boolean): void {
    let pid = 1;
    // The lowest free pid, so that pids are reused as soon as they can be: not within the tick in which they became
    // free, since no kernel gives out all its pids within a hundredth of a second.
    while (processes.some((each) => each.pid === pid) || freedAt.get(pid) === ticks) pid += 1;
    serials.set(`${pid}:${ticks}`, started);
    const given = { pid, start: ticks, serial: started, parent, ignoresChildren, adopts };
    processes.push({ ...given, own: zeros(), threads: [], waited: zeros(), isZombie: false, hidesIo: false });
    started += 1;
  }

  function remove(process: Process, heir: Process | undefined): void {
    processes.splice(processes.indexOf(process), 1);
    freedAt.set(process.pid, ticks);
    const { serial, own, waited, parent } = process;
    const values = own.map((value, counter) => value + waited[counter]!);
    ended.push({ serial, values, isInherited: heir !== undefined, hasParent: parent !== undefined });
    if (!heir) return;
    for (let counter = 0; counter < FIRST_OF_SWITCHES; counter++) heir.waited[counter]! += values[counter]!;
  }

  function adopterOf({ parent }: Process): Process | undefined {
    let ancestor = parent;
    while (ancestor && (ancestor.isZombie || !ancestor.adopts)) ancestor = ancestor.parent;
    return ancestor ?? (adoptsOutside ? undefined : processes[0]);
  }

  function end(process: Process): void {
    process.isZombie = true;
    const adopter = adopterOf(process);
    for (const child of processes.filter(({ parent }) => parent === process)) {
      child.parent = adopter;
      if (child.isZombie && (!adopter || adopter.ignoresChildren)) remove(child, undefined);
    }
    if (!process.parent || process.parent.ignoresChildren) remove(process, undefined);
  }

  function run({ own, threads }: Process, who: number, amounts: Amounts): void {
    for (const [counter, amount] of amounts.entries()) truth[counter]! += amount;
    for (let counter = 0; counter < FIRST_OF_SWITCHES; counter++) own[counter]! += amounts[counter]!;
    const thread = threads[who % (threads.length + 1)];
    for (const mode of [0, 1] as const) {
      if (thread) thread[mode] += amounts[FIRST_OF_SWITCHES + mode]!;
      else own[FIRST_OF_SWITCHES + mode]! += amounts[FIRST_OF_SWITCHES + mode]!;
    }
  }

  function step(next: Step): void {
    const living = processes.filter(({ isZombie }) => !isZombie);
    const pick = <T>(from: readonly T[]): T | undefined => ('who' in next ? from[next.who % from.length] : undefined);
    const process = pick(living);
    if (next.do === 'tick') ticks += 1;
    else if (next.do === 'exec') {
      // An engine takes far longer than a tick for it.
      ticks += 1;
      start(undefined, false, false);
    } else if (next.do === 'fork') start(process, next.ignoresChildren, next.adopts);
    else if (next.do === 'run') run(process!, next.who, next.amounts);
    else if (next.do === 'start thread') process!.threads.push([0, 0]);
    else if (next.do === 'end thread') process!.threads.shift();
    else if (next.do === 'ignore') process!.ignoresChildren = !process!.ignoresChildren;
    else if (next.do === 'hide io') process!.hidesIo = !process!.hidesIo;
    else if (next.do === 'exit') {
      const ending = pick(living.slice(1));
      if (ending) end(ending);
    } else {
      const zombie = pick(processes.filter(({ isZombie }) => isZombie));
      if (zombie) remove(zombie, zombie.parent);
    }
  }

  function toReading(process: Process, io: ProcessReading['io']): ProcessReading {
    const { own, waited, threads, isZombie } = process;
    const switches = (mode: 0 | 1): number =>
      threads.reduce((sum, thread) => sum + thread[mode], own[FIRST_OF_SWITCHES + mode]!);
    const stat = {
      pid: process.pid,
      state: isZombie ? 'Z' : 'S',
      parentPid: process.parent?.pid ?? OUTSIDE,
      startTimeTicks: process.start,
      threadCount: 1 + threads.length,
      userTicks: own[0]!,
      systemTicks: own[1]!,
      minorFaults: own[2]!,
      majorFaults: own[3]!,
      childrenUserTicks: waited[0]!,
      childrenSystemTicks: waited[1]!,
      childrenMinorFaults: waited[2]!,
      childrenMajorFaults: waited[3]!,
    };
    return {
      stat,
      ...(io && { io }),
      contextSwitches: { voluntary: switches(0), involuntary: switches(1) },
    };
  }

  function readIo({ own, waited, hidesIo }: Process): ProcessReading['io'] {
    const bytes = (counter: number): number => own[counter]! + waited[counter]!;
    return hidesIo ? undefined : { readBytes: bytes(FIRST_OF_IO), writeBytes: bytes(FIRST_OF_IO + 1) };
  }

  start(undefined, false, true);

  return {
    step,
    list: () =>
      processes
        .filter(({ isZombie }) => !isZombie)
        .map(({ pid }) => pid)
        .sort((a, b) => a - b),
    read(pid, between = () => undefined) {
      const io = processes.filter((each) => each.pid === pid).map((each) => ({ each, io: readIo(each) }))[0];
      between();
      const process = processes.find((each) => each.pid === pid);
      return process && process === io?.each ? toReading(process, io.io) : undefined;
    },
    readZombies: (pid) =>
      processes
        .filter(({ isZombie, parent }) => isZombie && parent?.pid === pid)
        .map((each) => toReading(each, readIo(each))),
    serialOf: ({ stat }) => serials.get(`${stat.pid}:${stat.startTimeTicks}`)!,
    truth: () => [...truth],
    ended: () => ended,
  };
}
