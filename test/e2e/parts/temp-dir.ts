import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Releasers } from './releasers.ts';

/** A new empty folder that is removed with everything in it. */
export async function createTempDir(releasers: Releasers): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'plimsoll-test-'));
  releasers.add(dir, () => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return dir;
}
