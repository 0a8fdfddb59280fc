import { setTimeout as sleep } from 'node:timers/promises';
import { startTiers } from '../../test/e2e/parts/fleet.ts';
import type { Releasers } from '../../test/e2e/parts/releasers.ts';
import { createOtlpEndpoint, status } from '../../test/fakes/otlp-endpoint.ts';
import { cpuSecondsOf, memoryOf } from '../process-usage.ts';
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
  const { balancer, gateway, url } = await startTiers(releasers, backEnd.url);
  const settle = async (): Promise<void> => {
    for (let before = -1; writes !== before; await sleep(SETTLE_MS)) before = writes;
  };
  await replay({ url, requests, perSecond, durationMs: WARM_MS });
  await settle();
  const before = [balancer, gateway].map(({ pid }) => cpuSecondsOf(pid));
  const points = await replay({ url, requests, perSecond, durationMs });
  await settle();
  if (writes === 0) throw new Error('nothing reached the back-end');
  const tiers = [balancer, gateway].map(({ pid }, at) => ({
    name: ['load-balancer.yaml', 'gateway.yaml'][at]!,
    cpuSecondsPerMillionPoints: ((cpuSecondsOf(pid) - before[at]!) / points) * 1e6,
    residentBytes: memoryOf(pid).residentBytes,
  }));
  return { pointsPerSecond: (points / durationMs) * 1000, tiers };
}
