import { setImmediate as nextTurn } from 'node:timers/promises';
import { damagedBytes } from './bytes.ts';
import { damagedJson } from './json.ts';
import { createRandom, seedOf } from './random.ts';
import type { FuzzTarget } from './target.ts';

/** An input that a parser does not survive, with all that is needed to have it again. */
export type Finding = { readonly index: number; readonly problem: string; readonly input: Buffer };

export type FuzzOptions = { readonly seed: number; readonly runs: number; readonly first?: number };

const LIMIT_MS = 100;
/** A machine with other things to do is slow now and then: a hang is one each time. */
const TRIES = 4;
const TURN_EVERY = 2_000;

/** Gives a target so many inputs and answers the first that it does not survive. */
export async function fuzz(target: FuzzTarget, { seed, runs, first = 0 }: FuzzOptions): Promise<Finding | undefined> {
  const damaged = target.isJson ? damagedJson : damagedBytes;
  for (let index = first; index < first + runs; index++) {
    const input = damaged(target.seeds, createRandom(seedOf(seed, target.covers[0], index)));
    const running = tryOnce(target, input);
    const problem = typeof running === 'string' || running === undefined ? running : await running;
    if (problem !== undefined) return { index, problem, input };
    if (index % TURN_EVERY === 0) await nextTurn();
  }
  return undefined;
}

/** The problem; a promise of it only where the target itself is asynchronous. */
function tryOnce(target: FuzzTarget, input: Buffer, tries = TRIES): string | undefined | Promise<string | undefined> {
  const startedMs = performance.now();
  try {
    const running = target.run(input);
    if (running)
      return running.then(
        () => judgeTime(target, input, startedMs, tries),
        (error: unknown) => problemOf(target, error),
      );
  } catch (error) {
    const problem = problemOf(target, error);
    if (problem !== undefined) return problem;
  }
  return judgeTime(target, input, startedMs, tries);
}

function judgeTime(target: FuzzTarget, input: Buffer, startedMs: number, tries: number): ReturnType<typeof tryOnce> {
  const { limitMs = LIMIT_MS } = target;
  const tookMs = performance.now() - startedMs;
  if (tookMs <= limitMs) return undefined;
  return tries > 1 ? tryOnce(target, input, tries - 1) : `took ${Math.round(tookMs)} ms, and ${limitMs} are allowed`;
}

function problemOf({ allows }: FuzzTarget, error: unknown): string | undefined {
  if (allows?.(error)) return undefined;
  return error instanceof Error ? (error.stack ?? error.message) : `threw ${String(error)}`;
}

const MAX_SHOWN = 4_096;

export function describe(target: FuzzTarget, seed: number, { index, problem, input }: Finding): string {
  const shown = input.subarray(0, MAX_SHOWN).toString('base64');
  const rest = input.length > MAX_SHOWN ? ` (the first of ${input.length} bytes)` : '';
  return [
    `${target.covers[0]}: input ${index}: ${problem}`,
    `input in base64${rest}: ${shown}`,
    `again: PLIMSOLL_FUZZ_SEED=${seed} PLIMSOLL_FUZZ_FIRST=${index}`,
  ].join('\n');
}
