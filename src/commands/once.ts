import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccounts } from '../accounting/accounts.ts';
import { isMeasured } from '../accounting/usage.ts';
import { buildSources } from '../build/sources.ts';
import type { Config } from '../config/config.ts';
import type { Collected } from '../cycle/collector.ts';
import type { MetricFamily } from '../instruments/definition.ts';
import { createLogger } from '../log.ts';
import { withCopiedAttributes } from '../push/copied-attributes.ts';
import { ENCODINGS } from '../push/encoding.ts';
import type { Container } from '../sources/container.ts';
import { usageTable } from './usage-table.ts';

export type OnceOptions = {
  readonly config: Config;
  readonly format: 'table' | 'otlp';
  /** Names or (abbreviated) identifiers; empty: all. */
  readonly containers: readonly string[];
};

/** From the beginning of one to the beginning of the next: so long is what a rate is of, but for how much quicker the second is. */
const BETWEEN_READINGS_MS = 500;
const LEAST_PAUSE_MS = 250;
const SAID_BY_ENGINE: ReadonlySet<MetricFamily> = new Set<MetricFamily>(['life', 'filesystem']);
const JSON_ENCODING = ENCODINGS['http/json'];

/** Takes two readings half a second apart, for rates need two, and prints the second. Resolves with the exit status. */
export async function runOnce({ config, format, containers: wanted }: OnceOptions): Promise<number> {
  const { level } = config.log;
  const log = createLogger({ ...config.log, level: level === 'info' ? 'warn' : level });
  const { collector, discovery, files, families } = await buildSources({ config, log }, createAccounts());
  try {
    const containers = (await collector.discover()).filter((container) => isWanted(container, wanted));
    const startedAtMs = performance.now();
    await collectAll(collector.collect(containers));
    await sleep(Math.max(LEAST_PAUSE_MS, BETWEEN_READINGS_MS - (performance.now() - startedAtMs)));
    const collected = await collectAll(collector.collect(containers));
    const measured = collected.filter((each) => each.kind === 'measured');
    const isAnyMeasured = measured.some(
      ({ usage }) =>
        !readsKernel(families) || isMeasured(usage) || usage.disks.length > 0 || usage.interfaces.length > 0,
    );
    const leftOut = collected.filter((each) => each.kind === 'left out');

    if (format === 'table') {
      if (measured.length > 0)
        process.stdout.write(
          usageTable(measured.map(({ usage }) => usage).filter(({ container }) => !container.isPodSandbox)),
        );
      for (const { container, reason } of leftOut) process.stdout.write(`left out: ${container.name}: ${reason}\n`);
    } else if (isAnyMeasured) {
      const encoding = withCopiedAttributes(JSON_ENCODING, config.resource.onPoints);
      const body = encoding.join(measured.map(({ metrics }) => encoding.encode(metrics)));
      process.stdout.write(`${Buffer.from(body).toString()}\n`);
    }
    if (isAnyMeasured) return 0;
    const status = discovery.status();
    const missing =
      wanted.length > 0 && containers.length === 0 ? `no container is called ${wanted.join(' or ')}` : undefined;
    const away = status.status === 'away' ? status.reason : undefined;
    log.error(`nothing was measured: ${away ?? missing ?? reasonOf(leftOut, measured.length)}`);
    return 1;
  } finally {
    await discovery.close();
    files.close();
  }
}

/** Whether something is measured that the engine does not say. */
function readsKernel(families: ReadonlySet<MetricFamily>): boolean {
  return [...families].some((family) => !SAID_BY_ENGINE.has(family));
}

function isWanted({ id, name }: Container, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((text) => text === name || (text !== '' && id.startsWith(text)));
}

function reasonOf(leftOut: readonly unknown[], measuredCount: number): string {
  if (measuredCount > 0)
    return 'neither processes nor cgroups of the containers can be read: see deploy/README.md for what that needs';
  return leftOut.length > 0 ? 'every container is left out' : 'no container runs';
}

async function collectAll(collecting: AsyncIterable<Collected>): Promise<Collected[]> {
  const collected: Collected[] = [];
  for await (const each of collecting) collected.push(each);
  return collected;
}
