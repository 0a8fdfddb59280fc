import { readdirSync, readFileSync } from 'node:fs';
import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { PLIMSOLL, type Running } from './contestants.ts';
import { createHerd } from './herd/herd.ts';
import { head, numberText, row } from './markdown.ts';
import { filesOf } from './measure.ts';
import type { Plan } from './plan.ts';
import { memoryOf } from './process-memory.ts';
import { measureBesideFloor, type PacedFloor, warmUp } from './rounds.ts';
import { createSink } from './sink.ts';
import { median } from './statistics.ts';

type Cost = {
  /** Of a container-sample, over the floor's in the same window. */
  readonly cycleToFloor: number;
  /** Of the agent's CPU time. */
  readonly helpersPart: number;
  readonly residentBytes: number;
};

export type FlagsOptions = { readonly releasers: Releasers; readonly cgroupPath: string };

const BYTES_PER_MB = 1e6;
const NS_PER_SECOND = 1e9;
/** What V8 calls its threads that compile and collect garbage beside the program. */
const HELPERS = 'V8Worker';
/** The flags of the command's first line. */
const OWN = '';

/** What the agent costs with V8's flags as they are and with others in their place, one after the other on the same herd. */
export async function compareFlags(plan: Plan, flags: readonly string[], options: FlagsOptions): Promise<string> {
  const { releasers, cgroupPath } = options;
  const herd = await createHerd({ ...plan, releasers, cgroupPath, network: true });
  const sink = await createSink(releasers);
  const address = { dockerHost: herd.engine.host, runPath: herd.runPath, cgroupPath };
  const groups = { all: herd.containers.map(({ id }) => id) };
  const files = await filesOf({ herd: address, groups, endpoint: sink.url, plan: plan.driver });

  async function costWith(each: string): Promise<Cost> {
    const arena = { releasers, herd: address, sink, intervalMs: plan.intervalMs };
    const running = await PLIMSOLL.start(arena, each === OWN ? {} : { flags: each.split(' ') });
    await warmUp(running, plan);
    const windows: Window[] = [];
    while (windows.length < plan.rounds) windows.push(await measureWindow(running, { ...plan, files }));
    const { residentBytes } = memoryOf(running.pids());
    await running.stop();
    return {
      cycleToFloor: median(windows.map(({ cycleToFloor }) => cycleToFloor)),
      helpersPart: median(windows.map(({ helpersPart }) => helpersPart)),
      residentBytes,
    };
  }

  let table = head(['flags of V8', 'whole cycle ÷ floor', 'of it, V8’s helper threads', 'resident memory (MB)'], 1);
  for (const each of [OWN, ...flags]) {
    const { cycleToFloor, helpersPart, residentBytes } = await costWith(each);
    const numbers = [
      numberText(cycleToFloor, 2),
      numberText(helpersPart, 2),
      numberText(residentBytes / BYTES_PER_MB, 0),
    ];
    table += row([each === OWN ? 'the agent’s own' : `\`${each}\``, ...numbers]);
  }
  return table;
}

type Window = Pick<Cost, 'cycleToFloor' | 'helpersPart'>;

async function measureWindow(running: Running, floor: PacedFloor): Promise<Window> {
  const ofHelpers = (): number => helperSeconds(running.pids());
  const { cpuSeconds, partSeconds, cycleToFloor } = await measureBesideFloor(running, floor, ofHelpers);
  return { cycleToFloor, helpersPart: partSeconds / cpuSeconds };
}

/** /proc/PID/task/TID/schedstat: its first number is the time on a processor, in nanoseconds. */
function helperSeconds(pids: readonly number[]): number {
  let ns = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const read = (file: string): string => readFileSync(`/proc/${pid}/task/${thread}/${file}`, 'utf8');
      if (read('comm').trim() === HELPERS) ns += Number(read('schedstat').split(' ')[0]);
    }
  }
  return ns / NS_PER_SECOND;
}
