import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { REPOSITORY } from '../test/e2e/parts/cache.ts';
import { createReleasers, type Releasers } from '../test/e2e/parts/releasers.ts';
import { compareFlags } from './flags.ts';
import { passGate } from './gate/gate.ts';
import { typicalOf } from './gate/judge.ts';
import { readKept, writeKept } from './gate/kept.ts';
import { startGateAgent } from './gate/measure.ts';
import { describeMachine } from './machine.ts';
import { measureHerd } from './measure.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { performancePage } from './page.ts';
import { measureDockerHerd } from './peers/measure.ts';
import { planOf } from './plan.ts';
import { profileHerd } from './profile.ts';
import type { BenchResult } from './result.ts';
import { tables } from './table.ts';

const PAGE = new URL('../docs/performance.md', import.meta.url);

/** One herd after the other; what was made for one is gone before the next. */
async function measure(options: BenchOptions, releasers: Releasers): Promise<BenchResult> {
  const { cgroupPath } = options;
  const progress = (text: string): void => void process.stderr.write(`${text}\n`);
  const each = async <Result>(sizes: readonly number[], measured: (size: number) => Promise<Result>) => {
    const results: Result[] = [];
    for (const size of sizes) results.push(await measured(size).finally(releasers.release));
    return results;
  };
  const windowMs = options.windowSeconds * 1_000;
  return {
    machine: await describeMachine(cgroupPath),
    dockerHerds: await each(options.docker, (containers) =>
      measureDockerHerd({ containers, cgroupPath, windowMs, releasers, progress }),
    ),
    herds: await each(options.containers, (containers) =>
      measureHerd({ plan: planOf({ ...options, containers }), cgroupPath, releasers, progress }),
    ),
  };
}

async function run(options: BenchOptions, releasers: Releasers): Promise<string> {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: REPOSITORY });
  const plan = planOf({ ...options, containers: options.containers[0] ?? 1 });
  if (options.flags.length > 0)
    return compareFlags(plan, options.flags, { ...options, releasers }).finally(releasers.release);
  if (options.profile !== undefined) {
    return profileHerd(plan, options.profile, { ...options, releasers }).finally(releasers.release);
  }
  if (options.gate !== undefined) return gate(options.gate, options.cgroupPath, releasers).finally(releasers.release);
  const result = await measure(options, releasers);
  if (options.page) writeFileSync(PAGE, performancePage(result));
  return options.json ? `${JSON.stringify(result, null, 2)}\n` : tables(result);
}

/** What the tests ask of the present tree (test/e2e/cost-gate.e2e.test.ts), by hand. */
async function gate(how: 'judge' | 'update', cgroupPath: string, releasers: Releasers): Promise<string> {
  const agent = await startGateAgent(releasers, cgroupPath);
  if (how === 'update') {
    const measured = typicalOf([await agent.measure(), await agent.measure(), await agent.measure()]);
    writeKept(measured);
    return `kept: ${JSON.stringify(measured)}\n`;
  }
  const { measured, worse } = await passGate(agent, readKept());
  if (worse.length > 0) process.exitCode = 1;
  return `${[JSON.stringify(measured), ...worse].join('\n')}\n`;
}

const releasers = createReleasers();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void releasers.release().finally(() => process.exit(1)));
}
process.stdout.write(await run(readOptions(process.argv.slice(2)), releasers));
