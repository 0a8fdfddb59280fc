import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../test/e2e/parts/cache.ts';
import type { Machine } from './result.ts';

export async function describeMachine(cgroupPath: string): Promise<Machine> {
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: REPOSITORY });
  return {
    date: new Date().toISOString().slice(0, 10),
    kernel: `Linux ${release()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    cgroups: existsSync(join(cgroupPath, 'cgroup.controllers')) ? 'v2' : 'v1',
    commit: stdout.trim(),
  };
}
