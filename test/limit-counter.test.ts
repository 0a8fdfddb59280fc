import { describe, expect, it } from 'vitest';
import { createLimitCounter } from '../src/limit-counter.ts';
import { createLogLines } from './fakes/log-lines.ts';

function start() {
  const { log, texts } = createLogLines();
  return { ...createLimitCounter({ log }), texts };
}

describe('a limit that is reached', () => {
  it('is said once, with what happens to the rest', () => {
    const { onLimit, texts } = start();
    for (let cycle = 0; cycle < 3; cycle++) onLimit('processes', 7);
    expect(texts()).toHaveLength(1);
    expect(texts()[0]).toMatch(/more than 10000 processes of a container: .*are measured/);
  });

  it('is counted in each reading', () => {
    const { onLimit, counts } = start();
    onLimit('processes', 7);
    onLimit('processes', 9);
    onLimit('labels');
    expect([...counts()]).toEqual([
      ['processes', { reached: 2, seriesLeftOut: 0 }],
      ['labels', { reached: 1, seriesLeftOut: 0 }],
    ]);
  });

  it('counts the series that it costs', () => {
    const { onLimit, counts } = start();
    onLimit('interfaces', 30);
    onLimit('interfaces', 31);
    expect(counts().get('interfaces')).toEqual({ reached: 2, seriesLeftOut: 61 });
  });
});
