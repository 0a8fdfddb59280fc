import { expect, it } from 'vitest';
import { type Push, summarize } from '../../bench/deliveries.ts';

const container = (id: string, atMs: number) => ({
  resource: { attributes: [{ key: 'container.id', value: { stringValue: id } }] },
  scopeMetrics: [
    {
      metrics: [
        { name: 'g', gauge: { dataPoints: [{ timeUnixNano: `${atMs}000000`, asInt: '1' }] } },
        {
          name: 's',
          sum: { dataPoints: [{ timeUnixNano: `${atMs}000000`, asInt: '1' }, { timeUnixNano: `${atMs}000000` }] },
        },
      ],
    },
  ],
});
const agent = { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'plimsoll' } }] } };
const push = (bytes: number, ...resourceMetrics: NonNullable<Push['request']['resourceMetrics']>): Push => ({
  atMs: 0,
  bytes,
  request: { resourceMetrics },
});

it('counts containers, points and bytes, and nothing of the agent about itself', () => {
  const pushes = [
    push(300, container('a', 1_000), container('b', 1_004)),
    push(50, agent),
    push(100, agent, container('a', 2_000)),
  ];
  expect(summarize(pushes)).toMatchObject({ samples: 3, readAnew: 3, points: 9, bytes: 400 });
});

it('takes the n-th sample of each container for the n-th cycle, in however many bodies it came', () => {
  const pushes = [
    push(1, container('a', 1_000), container('b', 1_040)),
    push(1, container('c', 1_100)),
    push(1, container('a', 2_000), container('b', 2_007), container('c', 2_003)),
  ];
  expect(summarize(pushes).spreadsMs).toEqual([100, 7]);
});

it('says nothing of nothing', () => {
  expect(summarize([])).toEqual({ samples: 0, readAnew: 0, points: 0, bytes: 0, spreadsMs: [] });
});
