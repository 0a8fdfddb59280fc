import type { Derived } from './derived.ts';
import { median } from './statistics.ts';

/** What a cycle costs: so much whatever it measures, and so much for each container. */
export type Line = { readonly fixedUs: number; readonly perContainerUs: number };

type Cost = Pick<Derived, 'containers' | 'cycleUs'>;

const REFERENCE = 100;

/**
 * The line through cycles of several sizes, with the least squares of what it is wrong by in parts of the cost of a container:
 * otherwise only the largest herd would count. NaN of fewer than two sizes.
 */
export function lineThrough(costs: readonly Cost[]): Line {
  // The cost of a container is a line over 1 / containers, whose slope is what is fixed.
  const points = costs.map(({ containers, cycleUs }) => ({ x: 1 / containers, y: cycleUs }));
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const fixedUs = mean(({ x, y }) => (x - meanX) * (y - meanY)) / mean(({ x }) => (x - meanX) ** 2);
  return { fixedUs, perContainerUs: meanY - fixedUs * meanX };
}

/** What each container costs that a herd has more than the next smaller one; NaN of the smallest. */
export function marginalUs(cost: Cost, costs: readonly Cost[]): number {
  const smaller = costs
    .filter(({ containers }) => containers < cost.containers)
    .toSorted((a, b) => b.containers - a.containers)[0];
  if (smaller === undefined) return Number.NaN;
  const cycle = ({ containers, cycleUs }: Cost): number => containers * cycleUs;
  return (cycle(cost) - cycle(smaller)) / (cost.containers - smaller.containers);
}

/** The herd of 100, or of the middle size where there is none: in a smaller one, what is fixed is most of the cost. */
export function referenceOf<Of extends Cost>(costs: readonly Of[]): Of {
  const wanted = median(costs.map(({ containers }) => containers));
  const distance = ({ containers }: Of): number => (containers === REFERENCE ? -1 : Math.abs(containers - wanted));
  return costs.toSorted((a, b) => distance(a) - distance(b))[0]!;
}
