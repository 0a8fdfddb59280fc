import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** The stat of a process that ended after it was opened, as a path to link to: the kernel answers readers with ESRCH. */
export async function fileOfEndedProcess(): Promise<string> {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const fd = openSync(`/proc/${child.pid}/stat`, 'r');
  onTestFinished(() => closeSync(fd));
  child.kill('SIGKILL');
  await once(child, 'exit');
  return `/proc/${process.pid}/fd/${fd}`;
}
