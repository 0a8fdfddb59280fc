import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { compile } from './compile.ts';

export type FloorMode = 'open' | 'kept';

export type FloorRun = {
  /** User and system time of all cycles. */
  readonly cpuSeconds: number;
  readonly files: number;
  readonly failures: number;
  readonly cycles: number;
};

const NOT_SO_MANY_DESCRIPTORS = 3;

/** Reads the files in C; undefined where the kernel does not allow so many descriptors. */
export async function runFloor(
  mode: FloorMode,
  paths: readonly string[],
  cycles: number,
): Promise<FloorRun | undefined> {
  const program = await compile(new URL('floor.c', import.meta.url));
  const child = spawn(program, [mode, String(cycles)], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`${paths.join('\n')}\n`);
  const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [output, code] = await Promise.all([text(child.stdout), exited]);
  if (code === NOT_SO_MANY_DESCRIPTORS) return undefined;
  if (code !== 0) throw new Error(`the floor ended with ${code}`);
  return JSON.parse(output);
}
