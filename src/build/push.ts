import { performance } from 'node:perf_hooks';
import type { Config } from '../config/config.ts';
import type { OnLimit } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { Batch } from '../push/batch.ts';
import type { Attempt, DeliveryState } from '../push/delivery.ts';
import type { ExporterIdentity } from '../push/exporter-identity.ts';
import type { OutboxState } from '../push/outbox.ts';
import { type GivenUp, type OutboxFile, openOutboxFile } from '../push/outbox-file.ts';
import type { HealthFacts } from '../status/health.ts';
import { createStatusServer, type StatusServer } from '../status/server.ts';
import {
  DEFAULT_DESTINATION,
  type Destinations,
  openDestinations,
  type Target,
  targetsOf,
  withoutCredentials,
} from './destinations.ts';

/** Where batches go: to each destination by its own outbox, and the status server with its embedded receiver. */
export type Push = {
  /** Resolves when every outbox has it. */
  readonly deliver: (batch: Batch) => Promise<void>;
  /** By destination. */
  readonly outboxes: () => ReadonlyMap<string, OutboxState>;
  /** What waited for destinations which are no longer configured. */
  readonly removed: () => ReadonlyMap<string, GivenUp>;
  readonly exporters: () => readonly (ExporterIdentity & DeliveryState)[];
  start(): Promise<void>;
  /** Sends what waits for as long as is allowed, then closes. */
  stop(timeoutMs: number): Promise<void>;
};

const RECEIVER_PATH = '/v1/metrics';

export function buildPush(
  { config, log }: { readonly config: Config; readonly log: Logger },
  health: () => HealthFacts,
  onAttempt: (exporter: ExporterIdentity, attempt: Attempt) => void = () => undefined,
  onLimit?: OnLimit,
): Push {
  const { push } = config;
  const pushes = push.exporter === 'otlp' && !config.disabled;
  const targets = targetsOf(config);
  const embedded = pushes && targets.length === 0;
  if (embedded && !config.status.enabled) {
    throw new Error(
      'there is nowhere to push to: set push.endpoint, or leave status.enabled on for the embedded receiver',
    );
  }
  const server = config.status.enabled
    ? buildServer({ config, log, onLimit }, { embedded, targets }, () => ({ ...health(), ...pushText() }))
    : undefined;
  let file: OutboxFile | undefined;
  let destinations: Destinations | undefined;

  function pushText(): { push?: string } {
    if (!destinations) return pushes ? {} : { push: 'off' };
    return { push: destinations.text() };
  }

  return {
    async deliver(batch) {
      await destinations?.deliver(batch);
    },
    outboxes: () => destinations?.outboxes() ?? new Map(),
    removed: () => destinations?.removed ?? new Map(),
    exporters: () => destinations?.exporters() ?? [],
    async start() {
      const url = await startServer(server, embedded, log);
      if (!pushes) {
        log.warn('pushing is switched off: metrics are measured and thrown away');
        return;
      }
      if (embedded) {
        log.info(
          { endpoint: `${url}${RECEIVER_PATH}` },
          `no endpoint is configured: pushing to the embedded receiver, see ${url}/`,
        );
        // It is away exactly when the agent is: what waits for it needs no file.
        destinations = openDestinations(
          { config, log, onAttempt },
          [receiverAt(`${url}${RECEIVER_PATH}`, config)],
          undefined,
        );
        return;
      }
      file = openOutboxFile({ directory: config.outbox.directory, log, unixMs: Date.now });
      destinations = openDestinations({ config, log, onAttempt }, targets, file);
    },
    async stop(timeoutMs) {
      await destinations?.stop(timeoutMs);
      file?.close();
      await server?.close();
    },
  };
}

/** What proxies are asked for is elsewhere: the way to this receiver does not leave the process. */
function receiverAt(endpoint: string, { push }: Config): Target {
  return { ...push, name: DEFAULT_DESTINATION, endpoint, isEmbedded: true };
}

function buildServer(
  { config, log, onLimit }: { config: Config; log: Logger; onLimit: OnLimit | undefined },
  { embedded, targets }: { embedded: boolean; targets: readonly Target[] },
  health: () => HealthFacts,
): StatusServer {
  const pushTarget = targets.map(({ endpoint }) => withoutCredentials(endpoint)).join(', ');
  return createStatusServer({
    address: config.status.address,
    intervalMs: config.collection.intervalMs,
    selfIntervalMs: config.collection.selfIntervalMs,
    now: () => performance.now(),
    log,
    health,
    receive: embedded,
    ...(onLimit && { onLimit }),
    ...(pushTarget !== '' && { pushTarget }),
  });
}

/** Without the embedded receiver the agent can do its work without a status server, so it only says what is missing. */
async function startServer(
  server: StatusServer | undefined,
  required: boolean,
  log: Logger,
): Promise<string | undefined> {
  try {
    return (await server?.start())?.url;
  } catch (error) {
    if (required) throw error;
    log.error({ err: error }, 'no health checks and no page');
    return undefined;
  }
}
