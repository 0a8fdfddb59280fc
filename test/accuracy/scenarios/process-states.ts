import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { waitFor } from '../../e2e/parts/wait.ts';
import { EXACT, INTERVAL_MS, OTHER_MOMENTS, PROCESS_TICKS } from '../parts/bounds.ts';
import type { Outcome } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import { AGENT } from '../parts/watch.ts';
import { cgroupOf, numberIn, quiet, untilDone, untilSays, type World } from '../parts/world.ts';

/** Processes in every state, how fast time is used, and time that no process accounts for. */

const TICKS_PER_SECOND = 100;

const chargedSeconds = (cpuacct: string): number => numberIn(cpuacct, 'cpuacct.usage') / 1e9;

/** What follows the name in /proc/PID/stat: the state first. */
function statOf(pid: number | string): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The gauge is of all containers that are measured: it is looked at before and after, and alone. */
const unattributed = scenario({
  name: '500 short processes, SIGCHLD ignored',
  rows: { seconds: ['plimsoll.cpu.unattributed, gained', 's', PROCESS_TICKS] },
  async run(world) {
    const gauge = async (): Promise<number> => (await world.watch.next(AGENT)).value('plimsoll.cpu.unattributed') ?? 0;
    const before = await gauge();
    const command = ['processes', 'storm', '500', '1', 'ignore'];
    const container = await world.docker.run({ image: world.images.programs, command });
    await untilDone(world, container);
    const { truth } = await quiet(world, container, () => {
      const ticks = statOf(container.pid)
        .slice(11, 15)
        .reduce((sum, field) => sum + Number(field), 0);
      const charged = chargedSeconds(cgroupOf(world, container, 'cpuacct'));
      return { seconds: charged - ticks / TICKS_PER_SECOND };
    });
    const after = await gauge();
    await world.docker.remove(container.id);
    return { seconds: { truth: truth.seconds, plimsoll: after - before } };
  },
});

const STATES = { R: 'running', S: 'sleeping', T: 'stopped', Z: 'defunct' } as const;
type State = (typeof STATES)[keyof typeof STATES];

/** Those of the cgroup, which leaves out the defunct, and the children of its first process. */
function countStates(container: TestContainer, pids: string): Record<State, number> {
  const count = { running: 0, sleeping: 0, stopped: 0, defunct: 0 };
  const children = readFileSync(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8');
  const listed = readFileSync(join(pids, 'cgroup.procs'), 'utf8');
  for (const pid of new Set(`${listed} ${children}`.trim().split(/\s+/)))
    count[STATES[statOf(pid)[0] as keyof typeof STATES]] += 1;
  return count;
}

const states = scenario({
  name: 'a busy process, one that waits, one that is stopped, three that nobody waits for',
  rows: {
    running: ['container.process.count, running', 'count', EXACT],
    sleeping: ['container.process.count, sleeping', 'count', EXACT],
    stopped: ['container.process.count, stopped', 'count', EXACT],
    defunct: ['container.process.count, defunct', 'count', EXACT],
  },
  async run(world) {
    const container = await world.docker.run({ image: world.images.programs, command: ['zombie', '3'] });
    await untilSays(world.docker, container.name, /ready/);
    for (const command of [
      ['processes', 'burn', '1000'],
      ['sleep', '1000'],
    ])
      await world.docker.docker(['exec', '--detach', container.name, ...command]);
    const pids = cgroupOf(world, container, 'pids');
    const isSleep = (pid: string): boolean => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n';
    const find = () => readFileSync(join(pids, 'cgroup.procs'), 'utf8').trim().split('\n').find(isSleep);
    process.kill(Number(await waitFor('it sleeps', find, { timeoutMs: 5_000 })), 'SIGSTOP');
    const { truth, plimsoll } = await quiet(world, container, () => countStates(container, pids));
    await world.docker.remove(container.id);
    const outcome = (state: State): Outcome => ({
      truth: truth[state],
      plimsoll: plimsoll.value('container.process.count', { 'process.state': state }) ?? 'none',
    });
    return {
      running: outcome('running'),
      sleeping: outcome('sleeping'),
      stopped: outcome('stopped'),
      defunct: outcome('defunct'),
    };
  },
});

const SAMPLE_MS = 20;

/** Samples of the kernel's total, to be asked for what it was at any moment between. */
async function sampleWhile(world: World, container: TestContainer, work: Promise<unknown>) {
  const cpuacct = cgroupOf(world, container, 'cpuacct');
  const samples: { atSeconds: number; used: number }[] = [];
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    samples.push({ atSeconds: Date.now() / 1_000, used: chargedSeconds(cpuacct) });
    await sleep(SAMPLE_MS);
  }
  await done;
  return (atSeconds: number): number => samples.findLast((sample) => sample.atSeconds <= atSeconds)!.used;
}

const usage = scenario({
  name: '1 thread busy, between two cycles',
  rows: { usage: ['container.cpu.usage', 'cpus', OTHER_MOMENTS] },
  async run(world) {
    const command = ['load', '--threads', '1', '--seconds', '1000'];
    const container = await world.docker.run({ image: world.images.programs, command });
    await world.watch.next(container.id);
    const next = async () => {
      const snapshot = await world.watch.next(container.id);
      return { snapshot, atSeconds: snapshot.points[0]!.timeSeconds };
    };
    const twoCycles = sleep(INTERVAL_MS / 2).then(async () => [await next(), await next()] as const);
    const usedAt = await sampleWhile(world, container, twoCycles);
    const [first, second] = await twoCycles;
    await world.docker.remove(container.id);
    const seconds = second.atSeconds - first.atSeconds;
    const truth = (usedAt(second.atSeconds) - usedAt(first.atSeconds)) / seconds;
    return { usage: { truth, plimsoll: second.snapshot.value('container.cpu.usage') ?? 'none' } };
  },
});

export const PROCESS_STATES: readonly Phase[] = [
  { name: 'time of nobody', scenarios: [unattributed] },
  { name: 'states and use', scenarios: [states, usage] },
];
