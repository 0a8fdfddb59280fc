import { readdirSync, readFileSync } from 'node:fs';
import type { Releasers } from '../test/e2e/parts/releasers.ts';
import { startAgent, untilBetweenCycles } from './agent.ts';
import { createCpuAccount } from './cpu-account.ts';
import { summarize } from './deliveries.ts';
import { runFloor } from './floor.ts';
import { createHerd } from './herd/herd.ts';
import { head, numberText, row } from './markdown.ts';
import { filesOf } from './measure.ts';
import type { Plan } from './plan.ts';
import { memoryOf } from './process-memory.ts';
import { warmUp } from './rounds.ts';
import { createSink, type Sink } from './sink.ts';
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
    const agent = await startAgent({
      releasers,
      herd: address,
      endpoint: sink.url,
      intervalMs: plan.intervalMs,
      ...(each !== OWN && { flags: each.split(' ') }),
    });
    const account = createCpuAccount(releasers);
    account.add(agent.pid);
    const running = {
      ...account,
      untilBetweenCycles: () => untilBetweenCycles(agent, sink.lastAtMs, plan.intervalMs),
    };
    await warmUp(running, plan);
    const windows: Window[] = [];
    while (windows.length < plan.rounds) windows.push(await measureWindow(running, { plan, sink, files }));
    const residentBytes = memoryOf([agent.pid]).residentBytes;
    await agent.stop();
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
type Measured = ReturnType<typeof createCpuAccount> & { untilBetweenCycles(): Promise<void> };

/** The floor runs in the pauses of the agent: both meet the same machine. */
async function measureWindow(
  { cpuSeconds, pids, untilBetweenCycles: betweenCycles }: Measured,
  { plan, sink, files }: { readonly plan: Plan; readonly sink: Sink; readonly files: readonly string[] },
): Promise<Window> {
  const { containers, cycles, intervalMs } = plan;
  await betweenCycles();
  sink.discard();
  const before = { all: cpuSeconds(), helpers: helperSeconds(pids()) };
  const floor = await runFloor('open', { paths: files, cycles, intervalMs });
  await betweenCycles();
  const all = cpuSeconds() - before.all;
  const ofFloor = floor!.cpuSeconds / (cycles * containers);
  return {
    cycleToFloor: all / summarize(sink.take()).samples / ofFloor,
    helpersPart: (helperSeconds(pids()) - before.helpers) / all,
  };
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
