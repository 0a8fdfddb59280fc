import { expect, it } from 'vitest';
import { lineThrough, marginalUs, referenceOf } from '../../bench/line.ts';

/** A cycle that costs 2,000 µs, and 300 µs for each container. */
const exact = [10, 100, 1_000].map((containers) => ({ containers, cycleUs: 300 + 2_000 / containers }));

it('finds what is fixed and what each container costs', () => {
  const { fixedUs, perContainerUs } = lineThrough(exact);
  expect(fixedUs).toBeCloseTo(2_000);
  expect(perContainerUs).toBeCloseTo(300);
  for (const cost of exact.slice(1)) expect(marginalUs(cost, exact)).toBeCloseTo(300);
});

it('hears of containers that become dearer in a larger herd, which the plain ratio hides behind what is fixed', () => {
  const costs = [...exact.slice(0, 2), { containers: 1_000, cycleUs: 330 }];
  expect(costs[2]!.cycleUs / costs[0]!.cycleUs).toBeLessThan(1);
  expect(marginalUs(costs[2]!, costs) / marginalUs(costs[1]!, costs)).toBeGreaterThan(1.08);
});

it('says nothing of one size', () => {
  expect(lineThrough(exact.slice(0, 1)).fixedUs).toBeNaN();
  expect(marginalUs(exact[0]!, exact)).toBeNaN();
});

it('compares with 100 containers, or with the middle', () => {
  expect(referenceOf(exact).containers).toBe(100);
  const others = [
    { containers: 10, cycleUs: 1 },
    { containers: 50, cycleUs: 1 },
    { containers: 60, cycleUs: 1 },
  ];
  expect(referenceOf(others).containers).toBe(50);
});
