import { performance } from 'node:perf_hooks';
import type { Config, Destination } from '../config/config.ts';
import type { Logger } from '../log.ts';
import type { Batch } from '../push/batch.ts';
import { type Attempt, createDelivery, type Delivery, type DeliveryState } from '../push/delivery.ts';
import { type ExporterIdentity, identifyExporter } from '../push/exporter-identity.ts';
import { halveBatch } from '../push/halves.ts';
import { createHandover, type Handover } from '../push/handover.ts';
import { createOtlpSender, type OtlpSender } from '../push/otlp-sender.ts';
import { createOutbox, type Outbox, type OutboxState } from '../push/outbox.ts';
import type { GivenUp, OutboxFile } from '../push/outbox-file.ts';
import { createOutboxRoom, type OutboxRoom } from '../push/outbox-room.ts';
import { VERSION } from '../version.ts';

/** The destination that `push.endpoint` is. Batches wait under names, so that they follow to a new endpoint. */
export const DEFAULT_DESTINATION = 'default';

export type Target = Destination & { readonly name: string; readonly isEmbedded: boolean };

/** All of them; each has an outbox, a sender and a loop of its own, so that none waits for another. */
export type Destinations = {
  /** Resolves when every outbox has it, which a receiver that hangs delays by a tenth of an interval at most. */
  deliver(batch: Batch): Promise<void>;
  outboxes(): ReadonlyMap<string, OutboxState>;
  exporters(): readonly (ExporterIdentity & DeliveryState)[];
  /** What was given up at the start, because nobody is named so any more. */
  readonly removed: ReadonlyMap<string, GivenUp>;
  /** How it is going, for people. */
  text(): string;
  /** Sends what waits for as long as is allowed, then ends. */
  stop(timeoutMs: number): Promise<void>;
};

type Options = {
  readonly config: Config;
  readonly log: Logger;
  readonly onAttempt: (exporter: ExporterIdentity, attempt: Attempt) => void;
};

/** In which a receiver that is well has answered. */
const LONGEST_TURN_MS = 1_000;

/** Where the configuration has pushes go; none: to the receiver inside the agent. */
export function targetsOf({ push }: Config): readonly Target[] {
  const named = Object.entries(push.destinations).map(([name, destination]) => ({ ...destination, name }));
  const all = push.endpoint === '' ? named : [{ ...push, name: DEFAULT_DESTINATION }, ...named];
  return all.map((target) => ({ ...target, isEmbedded: false }));
}

export function openDestinations(
  options: Options,
  targets: readonly Target[],
  file: OutboxFile | undefined,
): Destinations {
  const { config, log } = options;
  const removed = giveUpOthers(file, targets, log);
  const room = createOutboxRoom(config.outbox);
  const opened = targets.map((target, index) => {
    const endpoint = withoutCredentials(target.endpoint);
    // One needs no name: its endpoint says more.
    const label = targets.length > 1 ? target.name : endpoint;
    if (!target.isEmbedded) log.info({ endpoint, ...(label !== endpoint && { destination: label }) }, 'pushing');
    return open(options, { target, index, label, room, file });
  });
  for (const { delivery } of opened) delivery.wake();

  return {
    removed,
    async deliver(batch) {
      await Promise.all(opened.map(({ handover }) => handover.deliver(batch)));
    },
    outboxes: () => new Map(opened.map(({ name, outbox }) => [name, outbox.state()])),
    exporters: () => opened.map(({ exporter, delivery }) => ({ ...exporter, ...delivery.state() })),
    text() {
      const said = opened.map(({ name, delivery }) => ({ name, text: delivery.state().trouble ?? 'ok' }));
      if (said.every(({ text }) => text === 'ok')) return 'ok';
      return said.map(({ name, text }) => (said.length > 1 ? `${name}: ${text}` : text)).join('; ');
    },
    async stop(timeoutMs) {
      await Promise.all(opened.map((one) => stop(one, timeoutMs, log)));
    },
  };
}

type Opened = {
  readonly name: string;
  readonly label: string;
  readonly outbox: Outbox;
  readonly sender: OtlpSender;
  readonly delivery: Delivery;
  readonly handover: Handover;
  readonly exporter: ExporterIdentity;
};

type Place = {
  readonly target: Target;
  readonly index: number;
  readonly label: string;
  readonly room: OutboxRoom;
  readonly file: OutboxFile | undefined;
};

function open({ config, log, onAttempt }: Options, { target, index, label, room, file }: Place): Opened {
  const { name } = target;
  const own = log.child({ destination: label });
  const outbox = createOutbox({
    room,
    maxAgeMs: config.outbox.maxAgeSeconds * 1000,
    store: file?.store(name),
    openErrors: file || target.isEmbedded ? 0 : 1,
    unixMs: Date.now,
    monotonicMs: () => performance.now(),
    log: own,
  });
  const { batches, oldestAgeMs } = outbox.state();
  if (batches > 0) own.info({ batches, ageMs: Math.round(oldestAgeMs) }, 'batches of a former run wait to be sent');
  const sender = createSender(target);
  const exporter = identifyExporter(config.push.protocol, target.endpoint, index);
  const delivery = createDelivery({
    outbox,
    send: sender.send,
    halve: halveBatch,
    destination: label,
    log,
    onAttempt: (attempt) => onAttempt(exporter, attempt),
  });
  const handover = createHandover({ outbox, delivery, ...turnsWithin(config), monotonicMs: () => performance.now() });
  return { name, label, outbox, sender, delivery, handover, exporter };
}

/** Cycles keep their time: waiting for a turn takes a tenth of it at most. */
function turnsWithin({ collection }: Config): { readonly spanMs: number; readonly patienceMs: number } {
  const spanMs = collection.intervalMs;
  return { spanMs, patienceMs: Math.min(LONGEST_TURN_MS, spanMs / 10) };
}

function createSender({ name, isEmbedded, ...target }: Target): OtlpSender {
  try {
    const proxy = isEmbedded ? 'none' : 'environment';
    return createOtlpSender({ ...target, proxy, userAgent: `plimsoll/${VERSION}` });
  } catch (error) {
    if (name === DEFAULT_DESTINATION) throw error;
    throw new Error(`push.destinations.${name}: ${(error as Error).message}`, { cause: error });
  }
}

async function stop(
  { label, outbox, sender, delivery, handover }: Opened,
  timeoutMs: number,
  log: Logger,
): Promise<void> {
  const started = performance.now();
  handover.close();
  if (!(await delivery.flush(timeoutMs))) {
    const ms = Math.round(performance.now() - started);
    log.warn({ destination: label, batches: outbox.state().batches, ms }, 'stopping with batches unsent');
  }
  await Promise.all([delivery.close(), sender.close()]);
  outbox.close();
}

/** Nobody would ever take what waits for a destination that is no more, and it would keep its room until it is too old. */
function giveUpOthers(
  file: OutboxFile | undefined,
  targets: readonly Target[],
  log: Logger,
): ReadonlyMap<string, GivenUp> {
  try {
    const removed = file?.keepOnly(targets.map(({ name }) => name)) ?? new Map<string, GivenUp>();
    for (const [destination, { batches }] of removed) {
      log.warn({ destination, batches }, 'a destination is no longer configured: what waited for it is given up');
    }
    return removed;
  } catch (error) {
    log.warn({ err: error }, 'what waits for destinations that are no longer configured cannot be removed now');
    return new Map();
  }
}

export function withoutCredentials(endpoint: string): string {
  const url = new URL(endpoint);
  return `${url.origin}${url.pathname}`;
}
