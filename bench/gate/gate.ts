import { bestOf, type GateNumbers, judge } from './judge.ts';
import type { GateAgent } from './measure.ts';

export type Verdict = { readonly measured: GateNumbers; readonly worse: readonly string[] };

/** A machine that was busy is asked again before a change is blamed. */
const ATTEMPTS = 3;

/** Measures until it is good enough, or was not for some times. */
export async function passGate(agent: Pick<GateAgent, 'measure'>, kept: GateNumbers): Promise<Verdict> {
  const all: GateNumbers[] = [];
  for (;;) {
    all.push(await agent.measure());
    const measured = bestOf(all);
    const worse = judge(kept, measured);
    if (worse.length === 0 || all.length === ATTEMPTS) return { measured, worse };
  }
}
