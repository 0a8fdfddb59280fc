import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Releasers } from '../e2e/parts/releasers.ts';
import { createTempDir } from '../e2e/parts/temp-dir.ts';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../fakes/docker-engine.ts';
import { processFiles } from '../sources/host-tree.ts';

/** Of each mode. */
const cpuSecondsAfter = (ms: number): number => ms / 2_000;
const DIGITS = 15;

/** A host of files whose containers use more and more CPU time, behind a fake engine. */
export type SoakHost = {
  readonly root: string;
  readonly engine: FakeDockerEngine;
  /** The container that is always there. */
  readonly anchorId: string;
  /** The CPU time of each mode that it has used by then. */
  anchorCpuSeconds(unixSeconds: number): number;
  /** Containers beside it. */
  count(): number;
  come(): void;
  /** The one that has been there for the longest time. */
  go(): void;
};

const TICK_MS = 250;
const FIRST_PID = 1_000;

export async function createSoakHost(releasers: Releasers): Promise<SoakHost> {
  const root = await createTempDir(releasers);
  const engine = await createFakeDockerEngine();
  releasers.add('fake engine', engine.close);
  const begunAtMs = new Map<string, number>();
  const pids = new Map<string, number>();
  let made = 0;

  /** Never half a file: it stays open in the agent, so it is written over in one go, always of the same length. */
  function write(path: string, text: string): void {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, { flag: existsSync(target) ? 'r+' : 'w' });
  }

  function charge(id: string): void {
    const microseconds = cpuSecondsAfter(Date.now() - begunAtMs.get(id)!) * 1e6;
    const [total, half] = [2 * microseconds, microseconds].map((each) =>
      Math.round(each).toString().padStart(DIGITS, '0'),
    );
    write(`sys/fs/cgroup/docker/${id}/cpu.stat`, `usage_usec ${total}\nuser_usec ${half}\nsystem_usec ${half}\n`);
  }

  function come(): string {
    made += 1;
    const id = containerId(`d${made.toString(16).padStart(6, '0')}`);
    const pid = FIRST_PID + made;
    begunAtMs.set(id, Date.now());
    pids.set(id, pid);
    write(`sys/fs/cgroup/docker/${id}/cgroup.procs`, `${pid}\n`);
    write(`sys/fs/cgroup/docker/${id}/memory.current`, '4096\n');
    charge(id);
    for (const [path, text] of Object.entries(processFiles(pid, `0::/docker/${id}\n`))) write(path, text);
    engine.add(inspectDocument({ id, name: `soak-${made}`, pid, startedAt: new Date().toISOString() }));
    return id;
  }

  write('sys/fs/cgroup/cgroup.controllers', '');
  write('proc/stat', 'btime 1700000000\n');
  const anchorId = come();
  const charging = setInterval(() => {
    for (const id of begunAtMs.keys()) charge(id);
  }, TICK_MS);
  releasers.add('charging', () => clearInterval(charging));
  return {
    root,
    engine,
    anchorId,
    anchorCpuSeconds: (unixSeconds) => cpuSecondsAfter(unixSeconds * 1_000 - begunAtMs.get(anchorId)!),
    count: () => begunAtMs.size - 1,
    come,
    go() {
      const [id] = [...begunAtMs.keys()].filter((each) => each !== anchorId);
      if (id === undefined) return;
      begunAtMs.delete(id);
      rmSync(join(root, `sys/fs/cgroup/docker/${id}`), { recursive: true });
      rmSync(join(root, `proc/${pids.get(id)}`), { recursive: true });
      pids.delete(id);
      engine.remove(id);
    },
  };
}
