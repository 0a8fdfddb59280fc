import type { Environment } from './process-environment.ts';

/** What a service manager that waits for messages (sd_notify(3)) says to the processes it starts. */
export type ServiceManager = {
  /** NOTIFY_SOCKET. */
  readonly socket: string;
  /** After so long without a message it ends the service. */
  readonly watchdogMs?: number;
  /** PATH, where the program that sends messages is found. */
  readonly path?: string;
};

const US_PER_MS = 1000;

/** Undefined where nobody waits for messages. These variables are a protocol, not settings: no key stands for them. */
export function readServiceManager(env: Environment, pid: number): ServiceManager | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: watched, PATH: path } = env;
  if (!socket) return undefined;
  // The watchdog may be meant for another process, of which we are a child.
  const isOurs = !watched || watched === String(pid);
  const watchdogMs = isOurs && /^[1-9]\d*$/.test(usec ?? '') ? Number(usec) / US_PER_MS : undefined;
  return { socket, ...(watchdogMs !== undefined && { watchdogMs }), ...(path !== undefined && { path }) };
}
