import { readdirSync } from 'node:fs';
import { LIMITS } from '../../limits.ts';
import { numberOfLine } from '../ascii.ts';
import { okValue, type ReadOutcome } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** Context switches since the thread, or the threads, were started. */
export type ContextSwitches = { readonly voluntary: number; readonly involuntary: number };

/** A process with more threads is not asked: it would cost more than 50 ms each time. */
export const MAX_THREADS = LIMITS.threads.max;

const VOLUNTARY = Buffer.from('voluntary_ctxt_switches:');
const INVOLUNTARY = Buffer.from('nonvoluntary_ctxt_switches:');

/** The last two lines of /proc/PID/task/TID/status, which are those of one thread. */
export function parseContextSwitches(bytes: Buffer): ContextSwitches | undefined {
  const voluntary = numberOfLine(bytes, VOLUNTARY);
  const involuntary = numberOfLine(bytes, INVOLUNTARY);
  return voluntary === undefined || involuntary === undefined ? undefined : { voluntary, involuntary };
}

/**
 * Summed over the living threads of a process: /proc/PID/status itself holds the first thread's only. `threadCount` is
 * what its stat said a moment ago. Undefined where the process is gone or has too many threads.
 */
export function readContextSwitches(proc: ProcFs, pid: number, threadCount: number): ContextSwitches | undefined {
  if (threadCount > MAX_THREADS) {
    proc.files.onLimit('threads');
    return undefined;
  }
  const tasks = `${proc.path}/${pid}/task`;
  const threads = threadCount === 1 ? [pid] : okValue(proc.files.attempt('proc.task', () => readdirSync(tasks)));
  let sum: ContextSwitches | undefined;
  for (const tid of threads ?? []) {
    const thread = okValue(readThread(proc, `${tasks}/${tid}`));
    if (!thread) continue;
    sum = {
      voluntary: (sum?.voluntary ?? 0) + thread.voluntary,
      involuntary: (sum?.involuntary ?? 0) + thread.involuntary,
    };
  }
  return sum;
}

function readThread(proc: ProcFs, directory: string): ReadOutcome<ContextSwitches> {
  return proc.files.read('proc.task.status', `${directory}/status`, parseContextSwitches);
}
