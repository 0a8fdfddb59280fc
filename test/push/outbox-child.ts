import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type OutboxProcess = { readonly pid: number; kill(): Promise<void> };

const PROGRAM = fileURLToPath(new URL('./outbox-program.ts', import.meta.url));

/** A process that queues batches from the number `from` on for each endpoint, in the outbox of the directory. */
export async function startQueuing(
  directory: string,
  from: number,
  endpoints: readonly string[],
): Promise<OutboxProcess> {
  return start([directory, String(from), ...endpoints]);
}

/** A process that has the outbox of the directory open and does nothing. */
export async function startHolder(directory: string): Promise<OutboxProcess> {
  return start([directory]);
}

async function start(args: readonly string[]): Promise<OutboxProcess> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(([code]) => {
      throw new Error(`it ended with ${code} before it was ready`);
    }),
  ]);
  return {
    pid: child.pid!,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
