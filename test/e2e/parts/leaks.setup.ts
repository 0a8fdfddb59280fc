import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect } from 'vitest';
import { part } from '../../parts.ts';
import { killProcessesWith, processesWith } from './leaks.ts';
import { RUN_ID, RUN_LABEL, RUN_VARIABLE } from './run-id.ts';
import { waitFor } from './wait.ts';

// Registered before any hook of the test file, so that it runs after all of them: whatever is left now was forgotten.
afterAll(async () => {
  const processes = await waitFor('no process is left', () => (processesOfRun().length === 0 ? [] : undefined), {
    timeoutMs: 3_000,
  }).catch(processesOfRun);
  killProcessesWith(RUN_VARIABLE, RUN_ID);
  expect(processes, 'processes of this test file that nobody stopped').toEqual([]);
  expect(await containersOfRun(), 'containers of this test file that nobody removed').toEqual([]);
});

function processesOfRun() {
  return process.platform === 'linux' ? processesWith(RUN_VARIABLE, RUN_ID) : [];
}

async function containersOfRun(): Promise<string[]> {
  if (part('docker') !== 'here') return [];
  const args = ['ps', '--all', '--quiet', '--filter', `label=${RUN_LABEL}=${RUN_ID}`];
  const { stdout } = await promisify(execFile)('docker', args, { timeout: 20_000 });
  const ids = stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await promisify(execFile)('docker', ['rm', '--force', ...ids], { timeout: 60_000 });
  return ids;
}
