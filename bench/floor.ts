import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { compile } from './compile.ts';

export type FloorMode = 'open' | 'kept';

export type FloorRun = {
  /** User and system time of the reading of all cycles. */
  readonly cpuSeconds: number;
  readonly files: number;
  readonly failures: number;
  readonly cycles: number;
};

export type FloorOptions = {
  readonly paths: readonly string[];
  readonly cycles: number;
  /** Between the beginnings of two cycles; 0: one right after the other. */
  readonly intervalMs: number;
};

const NOT_SO_MANY_DESCRIPTORS = 3;

/** Reads the files in C; undefined where the kernel does not allow so many descriptors. */
export async function runFloor(mode: FloorMode, options: FloorOptions): Promise<FloorRun | undefined> {
  const { paths, cycles, intervalMs } = options;
  const program = await compile(new URL('floor.c', import.meta.url));
  const child = spawn(program, [mode, String(cycles), String(intervalMs)], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`${paths.join('\n')}\n`);
  const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [output, code] = await Promise.all([text(child.stdout), exited]);
  if (code === NOT_SO_MANY_DESCRIPTORS) return undefined;
  if (code !== 0) throw new Error(`the floor ended with ${code}`);
  return JSON.parse(output);
}
