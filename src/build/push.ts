import { performance } from 'node:perf_hooks';
import type { Config } from '../config/config.ts';
import type { OnLimit } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { Batch } from '../push/batch.ts';
import { type Attempt, createDelivery, type Delivery, type DeliveryState } from '../push/delivery.ts';
import { type ExporterIdentity, identifyExporter } from '../push/exporter-identity.ts';
import { halveBatch } from '../push/halves.ts';
import { createHandover, type Handover } from '../push/handover.ts';
import { createOtlpSender, type OtlpSender } from '../push/otlp-sender.ts';
import { createOutbox, EMPTY_OUTBOX, type Outbox, type OutboxState } from '../push/outbox.ts';
import { type OutboxFile, openOutboxFile } from '../push/outbox-file.ts';
import type { HealthFacts } from '../status/health.ts';
import { createStatusServer, type StatusServer } from '../status/server.ts';
import { VERSION } from '../version.ts';

/** Where batches go: the outbox, what drains it, and the status server with its embedded receiver. */
export type Push = {
  /** Resolves when the outbox has it. */
  readonly deliver: (batch: Batch) => Promise<void>;
  readonly outbox: () => OutboxState;
  readonly exporters: () => readonly (ExporterIdentity & DeliveryState)[];
  start(): Promise<void>;
  /** Sends what waits for as long as is allowed, then closes. */
  stop(timeoutMs: number): Promise<void>;
};

const RECEIVER_PATH = '/v1/metrics';
/** The name under which batches wait. It is not the endpoint, so that they follow to a new one. */
const DESTINATION = 'default';
/** In which a receiver that is well has answered. */
const LONGEST_TURN_MS = 1_000;

export function buildPush(
  { config, log }: { readonly config: Config; readonly log: Logger },
  health: () => HealthFacts,
  onAttempt: (exporter: ExporterIdentity, attempt: Attempt) => void = () => undefined,
  onLimit?: OnLimit,
): Push {
  const { push } = config;
  const pushes = push.exporter === 'otlp' && !config.disabled;
  const embedded = pushes && push.endpoint === '';
  if (embedded && !config.status.enabled) {
    throw new Error(
      'there is nowhere to push to: set push.endpoint, or leave status.enabled on for the embedded receiver',
    );
  }
  const server = config.status.enabled
    ? buildServer({ config, log, onLimit }, embedded, () => ({ ...health(), ...pushText() }))
    : undefined;
  let file: OutboxFile | undefined;
  let outbox: Outbox | undefined;
  let sender: OtlpSender | undefined;
  let delivery: Delivery | undefined;
  let handover: Handover | undefined;
  let exporter: ExporterIdentity | undefined;

  function pushText(): { push?: string } {
    if (!delivery) return pushes ? {} : { push: 'off' };
    return { push: delivery.state().trouble ?? 'ok' };
  }

  return {
    async deliver(batch) {
      await handover?.deliver(batch);
    },
    outbox: () => outbox?.state() ?? EMPTY_OUTBOX,
    exporters: () => (exporter && delivery ? [{ ...exporter, ...delivery.state() }] : []),
    async start() {
      const url = await startServer(server, embedded, log);
      if (!pushes) {
        log.warn('pushing is switched off: metrics are measured and thrown away');
        return;
      }
      // The embedded receiver is away exactly when the agent is.
      if (!embedded) file = openOutboxFile({ directory: config.outbox.directory, log, unixMs: Date.now });
      outbox = openOutbox({ config, log }, file, embedded || file ? 0 : 1);
      const endpoint = embedded ? `${url}${RECEIVER_PATH}` : push.endpoint;
      const destination = withoutCredentials(endpoint);
      log.info(
        { endpoint: destination },
        embedded ? `no endpoint is configured: pushing to the embedded receiver, see ${url}/` : 'pushing',
      );
      sender = createOtlpSender({ ...push, endpoint, userAgent: `plimsoll/${VERSION}` });
      const identity = identifyExporter(push.protocol, endpoint, 0);
      exporter = identity;
      delivery = createDelivery({
        outbox,
        send: sender.send,
        halve: halveBatch,
        destination,
        log,
        onAttempt: (attempt) => onAttempt(identity, attempt),
      });
      handover = createHandover({ outbox, delivery, ...turnsWithin(config), monotonicMs: () => performance.now() });
      delivery.wake();
    },
    async stop(timeoutMs) {
      const started = performance.now();
      handover?.close();
      if (delivery && !(await delivery.flush(timeoutMs))) {
        log.warn(
          { batches: outbox?.state().batches, ms: Math.round(performance.now() - started) },
          'stopping with batches unsent',
        );
      }
      await Promise.all([delivery?.close(), sender?.close()]);
      outbox?.close();
      file?.close();
      await server?.close();
    },
  };
}

/** Cycles keep their time: waiting for a turn takes a tenth of it at most. */
function turnsWithin({ collection }: Config): { readonly spanMs: number; readonly patienceMs: number } {
  const spanMs = collection.intervalMs;
  return { spanMs, patienceMs: Math.min(LONGEST_TURN_MS, spanMs / 10) };
}

function openOutbox(
  { config, log }: { config: Config; log: Logger },
  file: OutboxFile | undefined,
  openErrors: number,
): Outbox {
  const outbox = createOutbox({
    ...config.outbox,
    maxAgeMs: config.outbox.maxAgeSeconds * 1000,
    store: file?.store(DESTINATION),
    openErrors,
    unixMs: Date.now,
    monotonicMs: () => performance.now(),
    log,
  });
  const { batches, oldestAgeMs } = outbox.state();
  if (batches > 0) log.info({ batches, ageMs: Math.round(oldestAgeMs) }, 'batches of a former run wait to be sent');
  return outbox;
}

function buildServer(
  { config, log, onLimit }: { config: Config; log: Logger; onLimit: OnLimit | undefined },
  receive: boolean,
  health: () => HealthFacts,
): StatusServer {
  const { endpoint } = config.push;
  return createStatusServer({
    address: config.status.address,
    intervalMs: config.collection.intervalMs,
    now: () => performance.now(),
    log,
    health,
    receive,
    ...(onLimit && { onLimit }),
    ...(endpoint !== '' && { pushTarget: withoutCredentials(endpoint) }),
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

function withoutCredentials(endpoint: string): string {
  const url = new URL(endpoint);
  return `${url.origin}${url.pathname}`;
}
