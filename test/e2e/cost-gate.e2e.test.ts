import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { passGate } from '../../bench/gate/gate.ts';
import { type GateNumbers, judge } from '../../bench/gate/judge.ts';
import { readKept } from '../../bench/gate/kept.ts';
import { type GateAgent, startGateAgent } from '../../bench/gate/measure.ts';
import { describeWith } from '../parts.ts';
import { REPOSITORY } from './parts/cache.ts';
import { createReleasers } from './parts/releasers.ts';

/*
 * The numbers that are kept are of cgroup v1. How they are compared so that a busy machine is no reason to fail:
 * bench/README.md.
 */
describeWith(['linux', 'root', 'cgroupV1', 'gcc'], 'what the agent costs', () => {
  const releasers = createReleasers();
  let agent: GateAgent;
  let now: GateNumbers;

  beforeAll(async () => {
    await promisify(execFile)('npm', ['run', 'build'], { cwd: REPOSITORY });
    agent = await startGateAgent(releasers, '/sys/fs/cgroup', ['worse-at-signal']);
  });
  afterAll(() => releasers.release());

  it('is no more than a fifth over what is kept in bench/gate.json', async () => {
    const { measured, worse } = await passGate(agent, readKept());
    now = measured;
    expect(worse, JSON.stringify(measured)).toEqual([]);
  });

  it('is found too much once half as much is added', async () => {
    agent.signal('SIGWINCH');
    const measured = await agent.measure(3);
    expect(judge(now, measured), JSON.stringify({ now, measured })).toHaveLength(2);
  });
});
