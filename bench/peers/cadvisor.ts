import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../test/e2e/parts/child.ts';
import { freePort } from '../../test/e2e/parts/free-port.ts';
import { createCpuAccount } from '../cpu-account.ts';
import type { DockerArena, Peer, RunningPeer } from './peer.ts';
import { type Answer, type Scrape, startScraper } from './scraper.ts';

const MODULE = new URL('cadvisor/go.mod', import.meta.url);
const WARM_CYCLES = 4;

/** As people run it who want it cheap. It reads containers that do nothing more rarely than it is told, up to once a minute. */
export const CADVISOR: Peer = {
  name: 'cAdvisor',
  version,
  start: (arena) => start(arena, cheap(arena)),
};

/** As cheap, and containers that do nothing as often as the others: every interval and up to one more, at random. */
export const CADVISOR_WITHOUT_BACKOFF: Peer = {
  name: 'cAdvisor without back-off',
  version,
  start: (arena) => start(arena, [...cheap(arena), '--allow_dynamic_housekeeping=false']),
};

const cheap = ({ intervalMs }: DockerArena): string[] => ['--docker_only', `--housekeeping_interval=${intervalMs}ms`];

/** Nothing configured: it reads every second whatever it is asked. */
export const CADVISOR_AT_DEFAULTS: Peer = {
  name: 'cAdvisor at its defaults',
  version,
  start: (arena) => start(arena, []),
};

async function version(): Promise<{ version: string }> {
  return { version: /cadvisor v(\S+)/.exec(await readFile(MODULE, 'utf8'))![1]! };
}

async function start(arena: DockerArena, flags: readonly string[]): Promise<RunningPeer> {
  const { releasers, herd, intervalMs, binaries } = arena;
  const address = `127.0.0.1:${await freePort()}`;
  const account = createCpuAccount(releasers);
  const child = await startChild({
    command: join(binaries, 'cadvisor'),
    args: [`--listen=${address}`, `--docker=${herd.dockerHost}`, ...flags],
  });
  releasers.add('cAdvisor', () => child.stop());
  account.add(child.pid);
  const ids = arena.containers.map(({ id }) => id);
  const scraper = startScraper({
    url: `http://${address}/metrics`,
    intervalMs,
    parse: (answer) => parseCadvisor(answer, new Set(ids)),
  });
  releasers.add('scraper', scraper.stop);
  await sleep(WARM_CYCLES * intervalMs);
  return {
    cpuSeconds: account.cpuSeconds,
    pids: account.pids,
    discard: scraper.discard,
    take: scraper.take,
    async stop() {
      await scraper.stop();
      await child.stop();
    },
  };
}

/** A sample carries the time at which it was read: `container_x{id="/docker/<id>",…} 1 1700000000000`. */
export function parseCadvisor({ text }: Answer, ids: ReadonlySet<string>): Scrape {
  const seen = new Set<string>();
  const readAtMs = new Map<string, number>();
  let series = 0;
  for (const line of text.split('\n')) {
    const [, id] = /^[^#{]+\{[^}]*\bid="[^"]*\/([0-9a-f]{64})"/.exec(line) ?? [];
    if (id === undefined || !ids.has(id)) continue;
    seen.add(id);
    series += 1;
    const [, atMs] = / (\d{13})$/.exec(line) ?? [];
    if (atMs !== undefined) readAtMs.set(id, Number(atMs));
  }
  const times = [...readAtMs.values()];
  return { containers: seen.size, series, spreadMs: Math.max(...times) - Math.min(...times), readAtMs };
}
