import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { RUN_ID, RUN_VARIABLE } from './run-id.ts';
import { waitFor } from './wait.ts';

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly pid: number;
  /** What it has written so far, in lines. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The first line of standard error, from `afterLine` on, that matches. */
  waitForLine(pattern: RegExp, options: { timeoutMs: number; afterLine?: number }): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** Once it has ended and all its output has been read. */
  readonly exited: Promise<Exit>;
  hasExited(): boolean;
  /** Asks it to end, and kills it (by its pid) when it has not within the time. */
  stop(options?: { signal?: NodeJS.Signals; timeoutMs?: number }): Promise<Exit>;
};

export type ChildOptions = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
};

const STOP_TIMEOUT_MS = 20_000;

/** A process of the test. It carries the run's name in its environment, so that the leak check finds it and its descendants. */
export async function startChild({ command, args, env = process.env, cwd }: ChildOptions): Promise<Child> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, [RUN_VARIABLE]: RUN_ID },
    ...(cwd === undefined ? {} : { cwd }),
  });
  await once(child, 'spawn');
  const stdout: string[] = [];
  const stderr: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  let ended = false;
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    ended = true;
    return { code, signal };
  });
  return {
    pid: child.pid!,
    stdout,
    stderr,
    exited,
    hasExited: () => ended,
    signal: (signal) => void child.kill(signal),
    waitForLine(pattern, { timeoutMs, afterLine = 0 }) {
      const look = (): string | undefined => {
        const found = stderr.slice(afterLine).find((line) => pattern.test(line));
        if (found === undefined && ended)
          throw new Error(`it has ended; its last lines:\n${stderr.slice(-20).join('\n')}`);
        return found;
      };
      return waitFor(`${command} says ${pattern}`, look, { timeoutMs });
    },
    async stop({ signal = 'SIGTERM', timeoutMs = STOP_TIMEOUT_MS } = {}) {
      if (!ended) child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      return exited.finally(() => clearTimeout(killer));
    },
  };
}
