import { readdirSync, readFileSync } from 'node:fs';

export type Leftover = { readonly pid: number; readonly command: string };

/** The living processes that carry this variable in their environment, whoever their parent is by now. */
export function processesWith(variable: string, value: string): Leftover[] {
  const leftovers: Leftover[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${variable}=${value}`)) continue;
      leftovers.push({ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() });
    } catch {
      // Gone, or another user's: not a process of the test.
    }
  }
  return leftovers;
}

/** Ends by pid exactly what carries the variable. */
export function killProcessesWith(variable: string, value: string): void {
  for (const { pid } of processesWith(variable, value)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself in between.
    }
  }
}
