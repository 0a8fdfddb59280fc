import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { startChild } from '../../test/e2e/parts/child.ts';
import { freePort } from '../../test/e2e/parts/free-port.ts';
import { createTempDir } from '../../test/e2e/parts/temp-dir.ts';
import { createCpuAccount } from '../cpu-account.ts';
import type { Peer } from './peer.ts';
import { type Answer, type Scrape, startScraper } from './scraper.ts';

const COMMAND = 'prometheus-process-exporter';
const WARM_CYCLES = 3;

/** Debian's. It knows no containers: a group for each process of the herd, whose containers have one each. */
export const PROCESS_EXPORTER: Peer = {
  name: 'process-exporter',
  async version() {
    const missing = { missing: `process-exporter: install the package ${COMMAND}` };
    const told = promisify(execFile)(COMMAND, ['--version']);
    return told.then(
      ({ stdout, stderr }) => ({ version: /revision: ([^)]+)/.exec(stdout + stderr)?.[1] ?? 'unknown' }),
      () => missing,
    );
  },
  async start({ releasers, intervalMs }) {
    const config = join(await createTempDir(releasers), 'process-exporter.yaml');
    await writeFile(config, stringify({ process_names: [{ name: '{{.PID}}', comm: ['herd'] }] }));
    const address = `127.0.0.1:${await freePort()}`;
    const account = createCpuAccount(releasers);
    const child = await startChild({
      command: COMMAND,
      args: ['-config.path', config, '-web.listen-address', address],
    });
    releasers.add('process-exporter', () => child.stop());
    account.add(child.pid);
    const scraper = startScraper({ url: `http://${address}/metrics`, intervalMs, parse: parseProcessExporter });
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
  },
};

/** It reads while it is asked: no value is older than its answer took. */
export function parseProcessExporter({ text, tookMs }: Answer): Scrape {
  const groups = [...text.matchAll(/^namedprocess_\w+\{groupname="([^"]*)"/gm)].map(([, group]) => group);
  return { containers: new Set(groups).size, series: groups.length, spreadMs: tookMs };
}
