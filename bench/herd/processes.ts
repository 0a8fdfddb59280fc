import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compile } from '../compile.ts';

export type ProcessOptions = {
  readonly busy: boolean;
  readonly periodMs: number;
  readonly network: boolean;
  /** The cgroup.procs files of the container. */
  readonly lists: readonly string[];
};

export type HerdProcesses = {
  /** @returns the process id of a new container's only process, once it is in its cgroups. */
  start(options: ProcessOptions): Promise<number>;
  /** Ends them all. */
  end(): Promise<void>;
};

/** The program of herd.c, which also ends when this process does. */
export async function startProcesses(): Promise<HerdProcesses> {
  const program = await compile(new URL('herd.c', import.meta.url));
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const exited = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await once(child, 'spawn');
  return {
    async start({ busy, periodMs, network, lists }) {
      child.stdin.write(`${[busy ? 'busy' : 'idle', periodMs, network ? 'net' : 'host', ...lists].join(' ')}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the herd ended: making cgroups and network namespaces needs root');
      return Number(value);
    },
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}
