import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';
import { describeWith } from '../parts.ts';
import { startAgent } from './parts/agent.ts';
import { freePort } from './parts/free-port.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

const PATIENCE = { timeoutMs: 15_000 };
/** The least that is allowed to a cycle. */
const LIMIT_MS = 60_000;

describeWith(['linux'], 'a cycle that hangs', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  async function startHanging() {
    const endpoint = await createOtlpEndpoint();
    releasers.add('endpoint', endpoint.close);
    const address = `127.0.0.1:${await freePort()}`;
    const config = {
      collection: { intervalMs: 500 },
      discovery: { source: 'cgroup' },
      status: { address },
      push: { endpoint: endpoint.url },
      shutdown: { timeoutMs: 1_000 },
    };
    const agent = await startAgent({ releasers, preload: 'hangs', config });
    await waitFor('a push', () => endpoint.received[0], PATIENCE);
    agent.signal('SIGUSR2');
    const unhealthy = async () => (await fetch(`http://${address}/healthz`)).status === 503 || undefined;
    await waitFor('the agent says that it is not well', unhealthy, PATIENCE);
    return agent;
  }

  it('is said once, and ends the process with status 70', async () => {
    const agent = await startHanging();
    const startedAt = performance.now();
    expect(await agent.exited).toEqual({ code: 70, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(1.2 * LIMIT_MS);
    const lines = agent.stderr.filter((line) => line.includes('a cycle hangs'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 60, stage: 'deliver', limitMs: LIMIT_MS });
  });

  it('does not keep SIGTERM from ending the process in time', async () => {
    const agent = await startHanging();
    const startedAt = performance.now();
    agent.signal('SIGTERM');
    await agent.exited;
    // The time to stop, what is left to close, and patience with a busy machine.
    expect(performance.now() - startedAt).toBeLessThan(1_000 + 2_000 + 2_000);
    expect(agent.stderr.join('\n')).toContain('the last cycle does not end in time');
  });
});
