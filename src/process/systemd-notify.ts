import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from '../log.ts';

export type SystemdNotifyOptions = {
  /** NOTIFY_SOCKET. */
  readonly socket: string;
  /** PATH. */
  readonly path: string | undefined;
  readonly log: () => Logger;
};

const COMMAND = 'systemd-notify';
/** It waits until its message was taken, which a service manager that hangs never does. */
const TIMEOUT_MS = 5_000;

/**
 * Sends messages of sd_notify through systemd's own program, since Node has no datagram sockets of the Unix kind:
 * docs/adr/0011. Trouble is said once, and costs nothing else.
 */
export function createSystemdNotify({ socket, path, log }: SystemdNotifyOptions) {
  let isSaid = false;

  async function run(lines: readonly string[]): Promise<void> {
    // Nothing of the agent's environment, where secrets may be.
    const env = { NOTIFY_SOCKET: socket, ...(path !== undefined && { PATH: path }) };
    const child = spawn(COMMAND, lines, { env, stdio: 'ignore', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    // It never keeps the agent from ending.
    child.unref();
    const [status, signal] = await once(child, 'exit');
    if (signal !== null) throw new Error(`no answer within ${TIMEOUT_MS} ms`);
    if (status !== 0) throw new Error(`exit status ${status}`);
  }

  return async (lines: readonly string[]): Promise<void> => {
    try {
      await run(lines);
    } catch (error) {
      const reason = (error as Error).message;
      if (!isSaid) log().warn({ socket, reason }, `cannot tell the service manager how it is going: ${COMMAND} failed`);
      isSaid = true;
    }
  };
}
