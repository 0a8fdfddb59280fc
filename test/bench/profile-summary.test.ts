import { expect, it } from 'vitest';
import { summarizeProfile } from '../../bench/profile-summary.ts';

const node = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url, lineNumber: 9 } });

it('gives each sample the time until the next one, and leaves waiting out', () => {
  const profile = {
    nodes: [
      node(1, '(idle)'),
      node(2, 'open'),
      node(3, 'collect', 'file:///x/dist/cycle/collector.js'),
      node(4, 'has', 'file:///x/node_modules/@o/sdk/build/HashMap.js'),
    ],
    samples: [1, 2, 3, 3, 4, 1],
    timeDeltas: [0, 5_000, 1_000, 1_000, 1_000, 1_000],
  };
  const { functions, places } = summarizeProfile(profile);
  expect(functions).toEqual([
    { what: 'collect dist/cycle/collector.js:10', milliseconds: 2, part: 0.5 },
    { what: 'open', milliseconds: 1, part: 0.25 },
    { what: 'has @o/sdk/build/HashMap.js:10', milliseconds: 1, part: 0.25 },
  ]);
  expect(places.map(({ what }) => what)).toEqual(['dist/cycle', 'native', '@o/sdk/build']);
});
