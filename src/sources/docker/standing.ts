import type { Logger } from '../../log.ts';
import type { DiscoveryStatus } from '../container.ts';
import { explainFailure, type Failure } from './failure.ts';

/** How it stands with the engine. Every change of it is logged once, however often it is reported. */
export type Standing = {
  status(): DiscoveryStatus;
  ok(runtime: string): void;
  away(failure: Failure): void;
};

export function createStanding({ label, log }: { readonly label: string; readonly log: Logger }): Standing {
  let source = `docker at ${label}`;
  let status: DiscoveryStatus = { status: 'away', source, reason: `${label} has not answered yet`, isAwaited: true };
  let loggedCode: string | undefined;

  return {
    status: () => status,
    ok: (runtime) => {
      source = `${runtime} at ${label}`;
      if (status.status === 'away') log.info({ source }, 'the container engine answers');
      status = { status: 'ok', source };
      loggedCode = undefined;
    },
    away: (failure) => {
      const reason = explainFailure(failure, label);
      status = { status: 'away', source, reason };
      // By code, because the texts may hold what differs each time.
      if (failure.code === loggedCode) return;
      loggedCode = failure.code;
      log.warn({ source, reason }, 'the container engine is away; what is known of its containers stays in use');
    },
  };
}
