import { budgetText, head, numberText, row } from '../markdown.ts';
import { median } from '../statistics.ts';
import type { DockerHerdResult, PeerResult } from './result.ts';

/** What is said of one agent on the containers of a real engine. */
export type PeerCosts = {
  /** CPU microseconds of a container-sample: its own, and what the engine did more than without it. */
  readonly ownUs: number;
  readonly engineUs: number;
  readonly sumUs: number;
  /** Of a sample whose values were read since the one before. */
  readonly anewUs: number;
  readonly floorUs: number;
};

type PeerRow = {
  readonly what: string;
  readonly budget?: string;
  /** For the peer of that name only. */
  readonly most?: Readonly<Record<string, number>>;
  readonly value: (peer: PeerResult, costs: PeerCosts, ours: PeerCosts) => number;
  readonly digits: number;
};

const US_PER_SECOND = 1e6;
const BYTES_PER_MB = 1e6;

export const PEER_ROWS: readonly PeerRow[] = [
  {
    what: 'CPU of a container-sample: Plimsoll ÷ it',
    budget: '≤ 0.1 of cAdvisor',
    most: { cAdvisor: 0.1 },
    value: (_, { sumUs }, ours) => ours.sumUs / sumUs,
    digits: 3,
  },
  {
    what: 'the same of samples that were read anew',
    budget: '≤ 0.1 of cAdvisor',
    most: { cAdvisor: 0.1, 'cAdvisor without back-off': 0.1 },
    value: (_, { anewUs }, ours) => ours.anewUs / anewUs,
    digits: 3,
  },
  { what: 'it ÷ floor', value: (_, { sumUs, floorUs }) => sumUs / floorUs, digits: 1 },
  { what: 'CPU of a container-sample (µs)', value: (_, { sumUs }) => sumUs, digits: 0 },
  { what: 'of these, its own', value: (_, { ownUs }) => ownUs, digits: 0 },
  { what: 'of these, the engine’s for it', value: (_, { engineUs }) => engineUs, digits: 0 },
  {
    what: 'of its samples, read anew',
    value: ({ deliveries: { readAnew, samples } }) => readAnew / samples,
    digits: 2,
  },
  { what: 'floor in the same window (µs)', value: (_, { floorUs }) => floorUs, digits: 0 },
  { what: 'series of a container', value: ({ deliveries: { points, samples } }) => points / samples, digits: 1 },
  {
    what: 'oldest to newest value of a cycle (ms)',
    value: ({ deliveries }) => median(deliveries.spreadsMs),
    digits: 0,
  },
  { what: 'resident memory (MB)', value: ({ memory }) => memory.residentBytes / BYTES_PER_MB, digits: 0 },
  { what: 'resident memory, peak (MB)', value: ({ memory }) => memory.peakBytes / BYTES_PER_MB, digits: 0 },
];

/** A table a herd, Plimsoll first. */
export function peerTables(herds: readonly DockerHerdResult[]): string[] {
  return herds.map((herd) => {
    const { containers, peers, leftOut } = herd;
    const costs = peers.map((peer) => costsOf(peer, herd));
    const lines = PEER_ROWS.map(({ what, budget = '', most = {}, value, digits }) => {
      const cells = peers.map((peer, at) => budgetText(value(peer, costs[at]!, costs[0]!), digits, most[peer.name]));
      return row([what, budget, ...cells]);
    });
    const title = `${numberText(containers, 0)} containers of a real engine`;
    const names = peers.map(({ name, version }) => `${name} ${version}`);
    const missing = leftOut.map((reason) => `Left out: ${reason}.\n`);
    return `${head([title, 'budget', ...names], 2)}${lines.join('')}${missing.length > 0 ? `\n${missing.join('')}` : ''}`;
  });
}

export function costsOf(peer: PeerResult, herd: DockerHerdResult): PeerCosts {
  const perSample = (seconds: number): number => (seconds / peer.deliveries.samples) * US_PER_SECOND;
  const ownUs = perSample(peer.cpuSeconds);
  // A herd that is left alone is not quiet to the tick: what is less than nothing is nothing.
  const engineUs = perSample(Math.max(0, peer.engineCpuSeconds - herd.engineAloneCpuSeconds));
  const floorUs = (peer.floor.cpuSeconds / (peer.floor.cycles * herd.containers)) * US_PER_SECOND;
  const sumUs = ownUs + engineUs;
  const { samples, readAnew } = peer.deliveries;
  return { ownUs, engineUs, sumUs, anewUs: (sumUs * samples) / readAnew, floorUs };
}
