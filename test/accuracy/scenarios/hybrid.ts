import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { EXACT, TICKS } from '../parts/bounds.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import { cgroupOf, fieldIn, numberIn, quiet, untilDone, type World } from '../parts/world.ts';
import { pressures } from './pressure.ts';

/** On a host with the controllers on v1, and the v2 hierarchy beside them. */

/** The cgroups of the container that the scenario looks at, and a child of each with its first process in it. */
function enterChild(world: World, container: TestContainer) {
  const outer = (controller: string): string => cgroupOf(world, container, controller);
  const controllers = ['memory', 'pids', 'cpuacct'].map((each) => [each, outer(each)] as const);
  for (const [, directory] of controllers) {
    mkdirSync(join(directory, 'inner'));
    writeFileSync(join(directory, 'inner/cgroup.procs'), String(container.pid));
  }
  const { memory, pids, cpuacct } = Object.fromEntries(controllers) as Record<'memory' | 'pids' | 'cpuacct', string>;
  return {
    memory,
    pids,
    cpuacct,
    leave() {
      for (const [, directory] of controllers) {
        writeFileSync(join(directory, 'cgroup.procs'), String(container.pid));
        rmdirSync(join(directory, 'inner'));
      }
    },
  };
}

const nested = scenario({
  name: 'a child cgroup, in which a process is killed at the limit of the container’s, and which is then removed',
  rows: {
    before: ['container.memory.events, oom_kill, before it is removed', 'count', EXACT],
    hits: ['container.memory.events, max', 'count', EXACT],
    cgroup: ['container.cpu.time', 's', TICKS],
    tasks: ['container.task.count', 'count', EXACT],
    kills: ['container.memory.events, oom_kill, after it was removed', 'count', EXACT],
  },
  async run(world) {
    const container = await world.docker.run({
      image: world.images.programs,
      flags: ['--memory', '32m'],
      command: ['memory', '--wait', '3', '--overrun', 'child'],
    });
    const { memory, pids, cpuacct, leave } = enterChild(world, container);
    await untilDone(world, container);
    const inner = () => ({
      kills: fieldIn('oom_kill', memory, 'inner/memory.oom_control'),
      hits: numberIn(memory, 'memory.failcnt') + numberIn(memory, 'inner/memory.failcnt'),
      seconds: numberIn(cpuacct, 'cpuacct.usage') / 1e9,
      tasks: numberIn(pids, 'pids.current'),
    });
    const before = await quiet(world, container, inner);
    leave();
    const after = await quiet(world, container, () => ({}));
    const kills = { 'memory.event.type': 'oom_kill' };
    const { truth, plimsoll, stats } = before;
    const said = (metric: string, attributes = {}) => plimsoll.value(metric, attributes) ?? 'none';
    return {
      before: { truth: truth.kills, plimsoll: said('container.memory.events', kills) },
      hits: { truth: truth.hits, plimsoll: said('container.memory.events', { 'memory.event.type': 'max' }) },
      cgroup: { truth: truth.seconds, plimsoll: said('container.cpu.time'), stats: stats.cpuSeconds },
      tasks: { truth: truth.tasks, plimsoll: said('container.task.count'), stats: stats.tasks },
      kills: { truth: truth.kills, plimsoll: after.plimsoll.value('container.memory.events', kills) ?? 'none' },
    };
  },
});

export const HYBRID: readonly Phase[] = [
  { name: 'child cgroups on v1', scenarios: [nested] },
  {
    name: 'pressure on a hybrid host',
    scenarios: pressures((world, container) =>
      cgroupOf({ cgroupPath: join(world.cgroupPath, 'unified') }, container, ''),
    ),
  },
];
