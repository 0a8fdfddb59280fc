import fc from 'fast-check';
import { createProcessAccount, type ProcessAccount } from '../../src/accounting/process-account.ts';
import type { ProcessReading, Unread } from '../../src/sources/container-reading.ts';
import { readParentsFirst } from '../../src/sources/parents-first.ts';
import { createProcessModel, type ProcessModel, type Step } from './process-model.ts';

/** What happens before a reading, and what happens while it is taken: one step, or none, after each file. */
export type Cycle = {
  readonly before: readonly Step[];
  readonly during: readonly (Step | undefined)[];
  /** Pids that cannot be read this time. */
  readonly unread: readonly number[];
  /** Whether nobody looks for zombies. */
  readonly noZombies: boolean;
  /** The agent is restarted before it, and goes on from its memory. */
  readonly restart: boolean;
};

export type History = { readonly adoptsOutside: boolean; readonly cycles: readonly Cycle[] };

const who = fc.nat(20);
const ignoresChildren = fc.boolean();
const amounts = fc.array(fc.nat(9), { minLength: 8, maxLength: 8 });
const STEPS = {
  run: fc.record({ do: fc.constant('run' as const), who, amounts }),
  exit: fc.record({ do: fc.constant('exit' as const), who }),
  wait: fc.record({ do: fc.constant('wait' as const), who }),
  exec: fc.constant({ do: 'exec' as const }),
  tick: fc.constant({ do: 'tick' as const }),
  fork: fc.record({ do: fc.constant('fork' as const), who, ignoresChildren, adopts: fc.boolean() }),
  waitingFork: fc.record({
    do: fc.constant('fork' as const),
    who,
    ignoresChildren: fc.constant(false),
    adopts: fc.boolean(),
  }),
  ignore: fc.record({ do: fc.constant('ignore' as const), who }),
  hideIo: fc.record({ do: fc.constant('hide io' as const), who }),
  startThread: fc.record({ do: fc.constant('start thread' as const), who }),
  endThread: fc.record({ do: fc.constant('end thread' as const), who }),
} satisfies Record<string, fc.Arbitrary<Step>>;

const { run, exit, wait, exec, tick, fork, waitingFork, ignore, hideIo, startThread, endThread } = STEPS;

export const ANY_STEP: fc.Arbitrary<Step> = fc.oneof(
  ...[fork, fork, exec, run, run, exit, exit, wait, wait, tick],
  ...[ignore, hideIo, startThread, endThread],
);
/** Nobody ignores SIGCHLD, and nothing comes from outside. */
export const WAITED_FOR_STEP: fc.Arbitrary<Step> = fc.oneof(...[waitingFork, run, run, exit, wait, tick, startThread]);
/** Without threads that end, of which nothing is said any more, and with all there is to read. */
export const PLAIN_STEP: fc.Arbitrary<Step> = fc.oneof(
  fork,
  fork,
  exec,
  run,
  run,
  exit,
  exit,
  wait,
  wait,
  tick,
  ignore,
);

type Options = { readonly torn: boolean; readonly partial: boolean; readonly outside: boolean };

export function histories(step: fc.Arbitrary<Step>, { torn, partial, outside }: Options): fc.Arbitrary<History> {
  const rarely = fc.nat(5).map((n) => n === 5);
  const cycle = fc.record({
    before: fc.array(step, { maxLength: 8 }),
    during: torn ? fc.array(fc.option(step, { nil: undefined }), { maxLength: 8 }) : fc.constant([]),
    unread: partial ? fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }) : fc.constant([]),
    noZombies: partial ? rarely : fc.constant(false),
    restart: rarely,
  });
  return fc.record({
    adoptsOutside: outside ? rarely : fc.constant(false),
    cycles: fc.array(cycle, { minLength: 2, maxLength: 10 }),
  });
}

export type Taken = {
  readonly model: ProcessModel;
  readonly processes: readonly ProcessReading[];
  readonly totals: readonly number[];
};

/** Plays a history and shows each reading with the totals that were made of it. */
export function play({ adoptsOutside, cycles }: History, check: (taken: Taken) => void): void {
  const model = createProcessModel({ adoptsOutside });
  let account = createProcessAccount();
  for (const cycle of cycles) {
    for (const step of cycle.before) model.step(step);
    if (cycle.restart) account = restarted(account);
    const { processes, unread } = readAll(model, cycle);
    const totals = account.account(processes, unread);
    check({ model, processes, totals: Object.values(totals).map((value) => value ?? 0) });
  }
}

function restarted(account: ProcessAccount): ProcessAccount {
  const absent = (_: string, value: unknown): unknown =>
    Array.isArray(value) ? value.map((each) => each ?? undefined) : value;
  return createProcessAccount(JSON.parse(JSON.stringify(account.remember()), absent));
}

/** As the sources read a container: parents first, then the zombies. */
function readAll(model: ProcessModel, cycle: Cycle): { processes: ProcessReading[]; unread: Unread } {
  const during = [...cycle.during];
  const happen = (): void => {
    const step = during.shift();
    if (step) model.step(step);
  };
  const denied = new Set(cycle.unread);
  const unread = new Set<number>();
  const read = (pid: number): ProcessReading | undefined => {
    happen();
    if (!denied.has(pid)) return model.read(pid, happen);
    // One that is gone is not denied.
    if (model.read(pid)) unread.add(pid);
    return undefined;
  };
  const living = readParentsFirst(model.list(), { read, parentOf: ({ stat }) => stat.parentPid });
  const zombies: ProcessReading[] = [];
  const known = new Set(living.map(({ stat }) => stat.pid));
  for (const { stat } of cycle.noZombies ? [] : living) {
    happen();
    zombies.push(...model.readZombies(stat.pid).filter((zombie) => !known.has(zombie.stat.pid)));
  }
  return { processes: [...living, ...zombies], unread: { pids: [...unread], zombies: cycle.noZombies } };
}

/** What a reading shows of each counter, all processes together. */
export function shownBy(processes: readonly ProcessReading[]): number[] {
  const sums = new Array<number>(8).fill(0);
  for (const process of processes) for (const [counter, value] of valuesOf(process).entries()) sums[counter]! += value;
  return sums;
}

export function valuesOf({ stat, io, contextSwitches }: ProcessReading): number[] {
  return [
    stat.userTicks + stat.childrenUserTicks,
    stat.systemTicks + stat.childrenSystemTicks,
    stat.minorFaults + stat.childrenMinorFaults,
    stat.majorFaults + stat.childrenMajorFaults,
    io?.readBytes ?? 0,
    io?.writeBytes ?? 0,
    contextSwitches?.voluntary ?? 0,
    contextSwitches?.involuntary ?? 0,
  ];
}
