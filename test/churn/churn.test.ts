import { spawn } from 'node:child_process';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine } from '../fakes/docker-engine.ts';
import { NODE_FLAGS } from '../node-flags.ts';
import { processFiles, V2 } from '../sources/host-tree.ts';
import { createTree } from '../sources/tree.ts';
import type { CycleSent, ProcessHolds } from './agent-cycles.ts';

const GENERATIONS = 500;
const CONTAINERS = 20;
/** After so many containers memory is looked at for the first time. */
const FIRST_LOOK = 1_000 / CONTAINERS;
const MAX_GROWTH = 1.1;
const PATIENCE = 20;
const FIRST_PID = 1_000;

/** The agent's parts in another process, told to run one cycle after the other. */
function startCycles(env: Readonly<Record<string, string>>) {
  const program = new URL('agent-cycles.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [...NODE_FLAGS, '--expose-gc', program], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<unknown> => {
    child.stdin.write(`${question}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('the cycles have ended');
    return JSON.parse(value);
  };
  return {
    cycle: async () => (await ask('cycle')) as CycleSent,
    look: async () => (await ask('look')) as ProcessHolds,
  };
}

it(`holds the living ${CONTAINERS} and nothing else through ${GENERATIONS} generations, in the same memory`, async () => {
  const engine = await createFakeDockerEngine();
  onTestFinished(() => engine.close());
  const tree = createTree({ ...V2, 'proc/stat': 'btime 1700000000\n' });
  const { root } = tree;
  const { cycle, look } = startCycles({ DOCKER_HOST: engine.host, PLIMSOLL_HOST_ROOT: root });

  // The files of the former generation become those of the next: to write all anew takes most of the test's time.
  function begin(generation: number, former: readonly string[]): string[] {
    return Array.from({ length: CONTAINERS }, (_, at) => {
      const digits = (number: number): string => number.toString(16).padStart(4, '0');
      const id = containerId(`a${digits(generation)}b${digits(at)}c`);
      const pid = FIRST_PID + at;
      const cgroup = `sys/fs/cgroup/docker/${id}`;
      if (former[at] === undefined) {
        tree.write({
          [`${cgroup}/cgroup.procs`]: `${pid}\n`,
          [`${cgroup}/cpu.stat`]: 'usage_usec 30\nuser_usec 20\nsystem_usec 10\n',
          [`${cgroup}/memory.current`]: '4096\n',
          [`${cgroup}/io.stat`]: '8:0 rbytes=1 wbytes=2 rios=3 wios=4\n',
          ...processFiles(pid, ''),
        });
      } else {
        renameSync(join(root, 'sys/fs/cgroup/docker', former[at]), join(root, cgroup));
        engine.die(former[at]);
        engine.remove(former[at]);
      }
      tree.write({ [`proc/${pid}/cgroup`]: `0::/docker/${id}\n` });
      engine.add(inspectDocument({ id, name: `web-${generation}-${at}`, pid, startedAt: new Date().toISOString() }));
      return id;
    });
  }

  /** Cycles until the engine's events have arrived: what was ended on the way, and the last of them. */
  async function settle(living: readonly string[]): Promise<{ ended: string[]; last: CycleSent }> {
    const wanted = living.toSorted();
    const ended: string[] = [];
    for (let attempt = 0; ; attempt++) {
      const last = await cycle();
      ended.push(...last.ended);
      if (last.living.toSorted().join() === wanted.join()) return { ended: ended.sort(), last };
      if (attempt === PATIENCE) expect(last.living.toSorted()).toEqual(wanted);
      await sleep(10);
    }
  }

  const looks: ProcessHolds[] = [];
  let former: readonly string[] = [];
  for (let generation = 1; generation <= GENERATIONS; generation++) {
    const living = begin(generation, former);
    const { ended, last } = await settle(living);
    expect(ended).toEqual(former.toSorted());
    expect(last.hasOverflow).toBe(false);
    if (generation === FIRST_LOOK || generation === GENERATIONS) looks.push(await look());
    former = living;
  }

  const [early, late] = looks as [ProcessHolds, ProcessHolds];
  const ratio = (field: 'heapBytes' | 'residentBytes' | 'fileDescriptors') => late[field] / early[field];
  const measured = `${GENERATIONS * CONTAINERS} containers against ${FIRST_LOOK * CONTAINERS}: ${JSON.stringify(looks)}`;
  expect(ratio('heapBytes'), measured).toBeLessThan(MAX_GROWTH);
  expect(ratio('residentBytes'), measured).toBeLessThan(MAX_GROWTH);
  expect(late.fileDescriptors, measured).toBe(early.fileDescriptors);
}, 300_000);
