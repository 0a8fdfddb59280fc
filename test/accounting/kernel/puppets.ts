import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ProcessReading } from '../../../src/sources/container-reading.ts';
import { createKernelFiles, okValue } from '../../../src/sources/kernel-files.ts';
import { readContextSwitches } from '../../../src/sources/proc/context-switches.ts';
import { readIo } from '../../../src/sources/proc/io.ts';
import { createProcFs } from '../../../src/sources/proc/proc-fs.ts';
import { readStat } from '../../../src/sources/proc/stat.ts';
import { waitFor } from '../../e2e/parts/wait.ts';

export type Puppets = {
  /** Tells a process what to do, and waits until one says that it has: itself, or the child it forked. Answers its pid. */
  tell(name: string, command: string, answers?: string): Promise<number>;
  /** Without waiting for an answer. */
  order(name: string, command: string): void;
  /** What /proc says of it. */
  read(pid: number): ProcessReading | undefined;
  /** A file to write to. */
  readonly file: string;
  end(): Promise<void>;
};

const TIMEOUT_MS = 10_000;

/** Compiles the puppets and starts the first one, `0`, in whose stead orphans are adopted as by a container's init. */
export async function startPuppets(): Promise<Puppets> {
  const dir = mkdtempSync(join(tmpdir(), 'plimsoll-puppets-'));
  const program = join(dir, 'puppet');
  execFileSync('gcc', [
    '-O1',
    '-pthread',
    '-Wall',
    '-Wextra',
    '-o',
    program,
    new URL('puppet.c', import.meta.url).pathname,
  ]);
  const child = spawn(program, [dir, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const proc = createProcFs({ root: '/', path: '', files: createKernelFiles() });
  const pids = new Set<number>();

  async function answerOf(name: string): Promise<number> {
    const line = await waitFor(
      `an answer of ${name}`,
      () => {
        const index = said.findIndex((each) => each.startsWith(`${name} `));
        return index < 0 ? undefined : said.splice(index, 1)[0];
      },
      { timeoutMs: TIMEOUT_MS, everyMs: 2 },
    );
    const pid = Number(line.split(' ')[2]);
    pids.add(pid);
    return pid;
  }

  function order(name: string, command: string): void {
    appendFileSync(join(dir, name), `${command}\n`);
  }

  await answerOf('0');
  return {
    order,
    file: join(dir, 'written'),
    tell(name, command, answers = name) {
      order(name, command);
      return answerOf(answers);
    },
    read(pid) {
      const io = okValue(readIo(proc, pid));
      const stat = okValue(readStat(proc, pid));
      if (!stat) return undefined;
      const contextSwitches = readContextSwitches(proc, pid, stat.threadCount);
      return { stat, ...(io && { io }), ...(contextSwitches && { contextSwitches }) };
    },
    async end() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      // The first one goes last: the others are its children then, and nobody else's.
      for (const pid of [...pids].filter((each) => each !== child.pid && isPuppet(each))) process.kill(pid, 'SIGKILL');
      child.kill('SIGKILL');
      await exited;
      rmSync(dir, { recursive: true });
    },
  };

  function isPuppet(pid: number): boolean {
    return okValue(proc.files.read('comm', `${proc.path}/${pid}/comm`, (bytes) => bytes.toString())) === 'puppet\n';
  }
}
