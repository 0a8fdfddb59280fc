import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { VERSION } from '../../src/version.ts';
import { createTempDir } from '../../test/e2e/parts/temp-dir.ts';
import { startAgent, untilBetweenCycles } from '../agent.ts';
import { createCpuAccount } from '../cpu-account.ts';
import { summarize } from '../deliveries.ts';
import { planOf } from '../plan.ts';
import type { Peer } from './peer.ts';

const CYCLES_AFTER_RELOAD = 5;

/** Compiled code comes with cycles, not with time: it has as many as it would have in minutes at the interval that is measured. */
export const PLIMSOLL_ON_DOCKER: Peer = {
  name: 'Plimsoll',
  version: async () => ({ version: VERSION }),
  async start({ releasers, herd, containers, intervalMs, sink }) {
    const plan = planOf({ containers: containers.length, rounds: 1, cycles: 1 });
    const configFile = join(await createTempDir(releasers), 'plimsoll.yaml');
    const setInterval = (ms: number): Promise<void> =>
      writeFile(configFile, stringify({ collection: { intervalMs: ms, timeoutMs: ms } }));
    await setInterval(plan.intervalMs);
    const account = createCpuAccount(releasers);
    const agent = await startAgent({ releasers, herd, endpoint: sink.url, intervalMs, configFile });
    account.add(agent.pid);
    await untilBetweenCycles(agent, sink.lastAtMs, plan.intervalMs);
    await sleep(plan.warmCycles * plan.intervalMs);
    await setInterval(intervalMs);
    agent.signal('SIGHUP');
    // The first cycles after a reload make everything anew.
    for (let count = 0; count < CYCLES_AFTER_RELOAD; count++)
      await untilBetweenCycles(agent, sink.lastAtMs, intervalMs);
    return {
      cpuSeconds: account.cpuSeconds,
      pids: account.pids,
      discard: sink.discard,
      take: () => summarize(sink.take()),
      stop: () => agent.stop(),
    };
  },
};
