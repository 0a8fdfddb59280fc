import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { NODE_FLAGS } from '../test/node-flags.ts';
import type { ReadingCost } from './driver/reading.ts';
import type { DriverRequest } from './driver/request.ts';
import type { StageCosts } from './driver/stages.ts';

/** Paths by container. */
export type FileSets = Readonly<Record<string, readonly string[]>>;

type Answers = { readonly files: FileSets; readonly reading: ReadingCost; readonly stages: StageCosts };

const DRIVER = new URL('driver/main.ts', import.meta.url).pathname;

/** Runs one measurement of Plimsoll's own stages in a process of its own, with the flags of V8 that the command has. */
export async function drive<What extends keyof Answers>(
  what: What,
  request: Omit<DriverRequest, 'what'>,
): Promise<Answers[What]> {
  const child = spawn(process.execPath, [...NODE_FLAGS, DRIVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ ...request, what }));
  const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [output, code] = await Promise.all([text(child.stdout), exited]);
  if (code !== 0) throw new Error(`the driver of ${what} ended with ${code}`);
  return JSON.parse(output);
}
