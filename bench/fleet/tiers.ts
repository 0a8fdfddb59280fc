import { setTimeout as sleep } from 'node:timers/promises';
import { startTiers } from '../../test/e2e/parts/fleet.ts';
import type { Releasers } from '../../test/e2e/parts/releasers.ts';
import { createOtlpEndpoint, status } from '../../test/fakes/otlp-endpoint.ts';
import { createCpuAccount } from '../cpu-account.ts';
import { memoryOf } from '../process-memory.ts';
import { replay } from './replay.ts';
import type { CapturedRequest } from './requests.ts';

export type TierCost = {
  readonly name: string;
  readonly cpuSecondsPerMillionPoints: number;
  readonly residentBytes: number;
};

export type TiersResult = { readonly pointsPerSecond: number; readonly tiers: readonly TierCost[] };

export type TiersOptions = {
  readonly releasers: Releasers;
  readonly requests: readonly CapturedRequest[];
  readonly perSecond: number;
  readonly durationMs: number;
};

const WARM_MS = 3_000;
/** Without a write for so long, all has arrived. */
const SETTLE_MS = 3_000;

/** What the Collectors of deploy/fleet cost: load balancer, gateway, and a back-end that takes everything. */
export async function measureTiers(options: TiersOptions): Promise<TiersResult> {
  const { releasers, requests, perSecond, durationMs } = options;
  const backEnd = await createOtlpEndpoint();
  releasers.add('back-end', backEnd.close);
  let writes = 0;
  backEnd.answer((response, received) => {
    writes += 1;
    backEnd.received.length = 0;
    status(204)(response, received);
  });
  // Before what is in them: they are removed after it has ended.
  const accounts = [createCpuAccount(releasers), createCpuAccount(releasers)];
  const { balancer, gateway, url } = await startTiers(releasers, backEnd.url);
  [balancer, gateway].forEach(({ pid }, at) => {
    accounts[at]!.add(pid);
  });
  const settle = async (): Promise<void> => {
    for (let before = -1; writes !== before; await sleep(SETTLE_MS)) before = writes;
  };
  await replay({ url, requests, perSecond, durationMs: WARM_MS });
  await settle();
  const before = accounts.map((account) => account.cpuSeconds());
  const points = await replay({ url, requests, perSecond, durationMs });
  await settle();
  if (writes === 0) throw new Error('nothing reached the back-end');
  const tiers = [balancer, gateway].map(({ pid }, at) => ({
    name: ['load-balancer.yaml', 'gateway.yaml'][at]!,
    cpuSecondsPerMillionPoints: ((accounts[at]!.cpuSeconds() - before[at]!) / points) * 1e6,
    residentBytes: memoryOf([pid]).residentBytes,
  }));
  return { pointsPerSecond: (points / durationMs) * 1000, tiers };
}
