import { describe, expect, it } from 'vitest';
import { passGate } from '../../bench/gate/gate.ts';
import { type GateNumbers, judge, typicalOf } from '../../bench/gate/judge.ts';

const KEPT: GateNumbers = { cycleToFloor: 2, residentMb: 100 };
const numbers = (cycleToFloor: number, residentMb = 100): GateNumbers => ({ cycleToFloor, residentMb });

describe('the gate', () => {
  it.each([[numbers(2, 100)], [numbers(2.4, 120)], [numbers(1, 50)]])('lets %j pass', (measured) => {
    expect(judge(KEPT, measured)).toEqual([]);
  });

  it('fails what is worse by more than a fifth, and says what', () => {
    expect(judge(KEPT, numbers(2.41))).toEqual([
      'CPU time of a cycle ÷ floor: 2.41 is 21 % more than 2.00, which is kept in bench/gate.json',
    ]);
    expect(judge(KEPT, numbers(2, 121))).toEqual([
      expect.stringMatching(/^resident memory without garbage \(MB\): 121.00 is 21 %/),
    ]);
    expect(judge(KEPT, numbers(3, 150))).toHaveLength(2);
  });

  it('fails what is no number', () => {
    expect(judge(KEPT, numbers(Number.NaN))).toHaveLength(1);
  });

  it('keeps what is typical', () => {
    expect(typicalOf([numbers(2, 130), numbers(3, 110), numbers(2.2, 120)])).toEqual(numbers(2.2, 120));
  });

  const agentOf = (...measured: GateNumbers[]) => {
    let asked = 0;
    return { asked: () => asked, measure: async () => measured[asked++]! };
  };

  it('measures once where that is good enough', async () => {
    const agent = agentOf(numbers(2.3));
    expect(await passGate(agent, KEPT)).toEqual({ measured: numbers(2.3), worse: [] });
    expect(agent.asked()).toBe(1);
  });

  it('measures again before it blames a change, and takes the best of each number', async () => {
    const agent = agentOf(numbers(2.9), numbers(2.2, 130));
    expect(await passGate(agent, KEPT)).toEqual({ measured: numbers(2.2), worse: [] });
    const slow = agentOf(numbers(2.9), numbers(2.8), numbers(3));
    expect((await passGate(slow, KEPT)).worse).toHaveLength(1);
    expect(slow.asked()).toBe(3);
  });
});
