import { readdirSync } from 'node:fs';
import { nextLine, skipBlanks, skipWord, unsignedAt } from '../ascii.ts';
import { okValue } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** /proc/PID/task/TID/children: ids of the processes that this thread forked, separated by spaces. */
export function parseChildren(bytes: Buffer): number[] | undefined {
  const end = nextLine(bytes, 0);
  const children: number[] = [];
  for (let at = skipBlanks(bytes, 0); at < end; at = skipBlanks(bytes, skipWord(bytes, at))) {
    const pid = unsignedAt(bytes, at);
    if (pid === undefined) return undefined;
    children.push(pid);
  }
  return children;
}

/** Children of all threads of a process; empty where the kernel was built without CONFIG_PROC_CHILDREN. */
export function readChildren(proc: ProcFs, pid: number): number[] {
  const tasks = `${proc.path}/${pid}/task`;
  const threads = okValue(proc.files.attempt('proc.task', () => readdirSync(tasks))) ?? [];
  return threads.flatMap(
    (tid) => okValue(proc.files.read('proc.children', `${tasks}/${tid}/children`, parseChildren)) ?? [],
  );
}
