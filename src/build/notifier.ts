import type { Config } from '../config/config.ts';
import type { ServiceManager } from '../config/notify-environment.ts';
import type { Logger } from '../log.ts';
import { createServiceNotifier, type ServiceNotifier } from '../process/service-notifier.ts';
import { createSystemdNotify } from '../process/systemd-notify.ts';

/** Of three cycles in a row one should finish. */
const ALLOWED_INTERVALS = 3;
const NS_PER_US = 1000n;

/** Both are asked each time, since a reload changes them. */
export type Current = { readonly config: () => Config; readonly log: () => Logger };

export function buildNotifier(manager: ServiceManager | undefined, { config, log }: Current): ServiceNotifier {
  if (!manager) {
    const nothing = (): void => undefined;
    return { cycleFinished: nothing, reloading: nothing, kept: nothing, stopping: nothing };
  }
  return createServiceNotifier({
    send: createSystemdNotify({ socket: manager.socket, path: manager.path, log }),
    watchdogMs: manager.watchdogMs,
    allowedSilenceMs: () => ALLOWED_INTERVALS * config().collection.intervalMs,
    monotonicUs: () => process.hrtime.bigint() / NS_PER_US,
  });
}
