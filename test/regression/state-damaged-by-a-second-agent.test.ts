import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, startAgent } from '../e2e/parts/agent.ts';
import { createReleasers, type Releasers } from '../e2e/parts/releasers.ts';
import { createTempDir } from '../e2e/parts/temp-dir.ts';
import { waitFor } from '../e2e/parts/wait.ts';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';

/*
 * A second agent that was refused for its outbox had opened the state of the first: at its own end it wrote it with an end
 * and older totals, and removed the journal. The first, killed after that, looked as if it had ended in order.
 */

let releasers: Releasers;
beforeEach(() => {
  releasers = createReleasers();
});
afterEach(() => releasers.release());

const OUTBOX = 'PLIMSOLL_OUTBOX_DIRECTORY';
const STATE = 'PLIMSOLL_STATE_DIRECTORY';
const SECONDS = [
  { shared: [STATE, OUTBOX], named: 'state' },
  { shared: [STATE], named: 'state' },
  { shared: [OUTBOX], named: 'outbox' },
];

it('refuses a second agent by the pid of the first, whose files it leaves as they are', async () => {
  const [directory, endpoint] = [await createTempDir(releasers), await createOtlpEndpoint()];
  releasers.add('endpoint', endpoint.close);
  const config = {
    // The state is written once in it.
    collection: { intervalMs: 60_000 },
    discovery: { source: 'cgroup' },
    status: { enabled: false },
    push: { endpoint: endpoint.url },
  };
  const first = await startAgent({ releasers, config, env: { [OUTBOX]: directory, [STATE]: directory } });
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
  // The journal is emptied just after the state was written.
  const isWritten = () => existsSync(join(directory, 'state.json')) && read('state.journal') === '';
  await waitFor('its state', () => isWritten() || undefined, { timeoutMs: 15_000 });
  const state = read('state.json');

  const refuse = async ({ shared, named }: (typeof SECONDS)[number]): Promise<void> => {
    const env = Object.fromEntries(shared.map((name) => [name, directory]));
    const { exit, stderr } = await runCli('run', { releasers, config, env });
    expect(exit).toEqual({ code: 1, signal: null });
    expect(stderr).toContain(`the ${named} in ${directory} is in use by process ${first.pid}`);
  };
  await Promise.all(SECONDS.map(refuse));
  expect(read('state.json')).toBe(state);
  // What the first notes in a second cycle is its own affair.
  expect(existsSync(join(directory, 'state.journal'))).toBe(true);
  expect(readdirSync(directory).filter((name) => name.includes('set-aside'))).toEqual([]);
  expect(first.hasExited()).toBe(false);
}, 40_000);
