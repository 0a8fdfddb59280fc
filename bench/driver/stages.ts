import { PerformanceObserver } from 'node:perf_hooks';
import type { Config } from '../../src/config/config.ts';
import { createOtlpSender } from '../../src/push/otlp-sender.ts';
import type { Container } from '../../src/sources/container.ts';
import { resolveAll } from '../../test/sources/resolve-all.ts';
import type { DriverPlan } from '../plan.ts';
import { createPace, runPlanned } from './pace.ts';
import { createPipeline } from './pipeline.ts';
import { agentFiles, createDriverSources } from './sources.ts';
import { createStageClock, type Stage } from './stage-clock.ts';
import { type FileKind, timedFiles } from './watched-files.ts';

export type StageCosts = {
  readonly cycles: number;
  /** CPU seconds of all threads by group and stage, of all cycles. */
  readonly seconds: Readonly<Record<string, Readonly<Record<Stage, number>>>>;
  /** Of these, in V8's helper threads, which collect garbage and compile. */
  readonly helperSeconds: number;
  /** Of all groups and stages together: the time in which collecting garbage stopped the program. */
  readonly garbageSeconds: number;
  /** By kind of file, of some cycles of their own: the timers are not in the stages. */
  readonly kinds: Readonly<Record<string, FileKind>>;
  readonly kindCycles: number;
};

const KIND_CYCLES = 5;

export async function measureStages(
  config: Config,
  groups: Readonly<Record<string, readonly Container[]>>,
  plan: DriverPlan,
): Promise<StageCosts> {
  const timed = timedFiles(agentFiles(config));
  const clock = createStageClock(allThreads);
  const sender = createOtlpSender({ ...config.push, userAgent: 'plimsoll-bench' });
  // As it is in the agent, without timers: they get a pipeline of their own.
  const plain = createDriverSources(config, agentFiles(config));
  const watched = createDriverSources(config, timed.files);
  const pipelines = Object.entries(groups).map(([group, containers]) =>
    createPipeline({ group, sources: plain, containers, send: sender.send, clock }),
  );
  const cycle = async (): Promise<void> => {
    // None of them always comes first: what one leaves behind, the next one pays for.
    pipelines.reverse();
    for (const run of pipelines) {
      // What V8's helpers did between two cycles is in no stage.
      clock.skip();
      await plain.discovery.current();
      clock.lap('all', 'discover');
      await run();
    }
  };

  const garbage = watchGarbage();
  let before = { all: 0, main: 0 };
  await runPlanned(plan, cycle, () => {
    clock.reset();
    garbage.reset();
    before = { all: allThreads(), main: mainThread() };
  });
  const { cycles } = plan;
  const helperSeconds = allThreads() - before.all - (mainThread() - before.main);
  const seconds = clock.seconds();
  const garbageSeconds = await garbage.end();

  const resolver = watched.createResolver();
  const everyone = Object.values(groups).flat();
  const pace = createPace(plan.intervalMs);
  for (let count = -1; count < KIND_CYCLES; count++) {
    await pace();
    for (const resolved of resolveAll(resolver, everyone)) watched.read(resolved);
    if (count < 0) timed.take();
  }
  await Promise.all([sender.close(), plain.discovery.close(), watched.discovery.close()]);
  return { cycles, seconds, helperSeconds, garbageSeconds, kinds: timed.take(), kindCycles: KIND_CYCLES };
}

const allThreads = (): number => secondsOf(process.cpuUsage());
/** Only brought up to date by a tick of the scheduler or a wait: good for seconds, not for a stage. */
const mainThread = (): number => secondsOf(process.threadCpuUsage());

function secondsOf({ user, system }: { readonly user: number; readonly system: number }): number {
  return (user + system) / 1e6;
}

function watchGarbage(): { reset(): void; end(): Promise<number> } {
  let milliseconds = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) milliseconds += duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    reset() {
      observer.takeRecords();
      milliseconds = 0;
    },
    async end() {
      await new Promise((resolve) => setTimeout(resolve, 10));
      observer.disconnect();
      return milliseconds / 1000;
    },
  };
}
