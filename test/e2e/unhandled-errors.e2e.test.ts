import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOtlpEndpoint, status } from '../fakes/otlp-endpoint.ts';
import { describeWith } from '../parts.ts';
import { startAgent } from './parts/agent.ts';
import { freePort } from './parts/free-port.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';
import { waitFor } from './parts/wait.ts';

const PATIENCE = { timeoutMs: 15_000 };
const EX_SOFTWARE = 70;

describeWith(['linux'], 'an error that nothing handles', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  async function startQuick(preload: 'throws' | 'rejects', endpoint: string, more: object = {}, env = {}) {
    const headersFile = join(await createTempDir(releasers), 'headers');
    await writeFile(headersFile, 'x-token: hidden-4\n');
    const config = {
      collection: { intervalMs: 1_000 },
      discovery: { source: 'cgroup' },
      status: { address: `127.0.0.1:${await freePort()}` },
      push: { endpoint, headers: { authorization: 'hidden-2' }, headersFile },
      ...more,
    };
    const agent = await startAgent({ releasers, preload, config, env });
    await agent.waitForLine(/pushing/, PATIENCE);
    return agent;
  }

  it.each([
    ['throws', { type: 'Error', code: 'EPROVOKED', message: 'provoked: https://***@host/ refused ***, ***' }],
    ['rejects', { type: 'TypeError', message: 'provoked' }],
  ] as const)('ends the process with one line and status 70 (%s)', async (preload, error) => {
    const endpoint = await createOtlpEndpoint();
    releasers.add('endpoint', endpoint.close);
    const agent = await startQuick(preload, endpoint.url);
    await waitFor('a push', () => endpoint.received[0], PATIENCE);
    agent.signal('SIGUSR2');
    expect(await agent.exited).toEqual({ code: EX_SOFTWARE, signal: null });
    const fatal = agent.stderr.map((line) => JSON.parse(line)).filter(({ level }) => level === 60);
    expect(fatal).toHaveLength(1);
    expect(fatal[0]).toMatchObject({ msg: expect.stringContaining('nothing handles'), error });
    expect(fatal[0].error.stack).toMatch(new RegExp(`${preload}\\.ts`));
    expect(agent.stderr.at(-1)).toContain('nothing handles');
    expect(agent.stderr.join('\n')).not.toContain('hidden');
  });

  it('costs nothing that waits in the outbox: the next agent sends it', async () => {
    const endpoint = await createOtlpEndpoint();
    releasers.add('endpoint', endpoint.close);
    endpoint.answer(status(503));
    const env = { PLIMSOLL_OUTBOX_DIRECTORY: await createTempDir(releasers) };
    const agent = await startQuick('throws', endpoint.url, {}, env);
    // The second attempt follows a batch that was written.
    await waitFor('two attempts', () => endpoint.received[1], PATIENCE);
    const waiting = endpoint.received[1]!.body;
    agent.signal('SIGUSR2');
    expect(await agent.exited).toMatchObject({ code: EX_SOFTWARE });
    endpoint.received.length = 0;
    endpoint.answer(status(200));
    const next = await startQuick('throws', endpoint.url, {}, env);
    await next.waitForLine(/batches of a former run wait to be sent/, PATIENCE);
    await waitFor('the batch', () => endpoint.received.find(({ body }) => body.equals(waiting)), PATIENCE);
  });
});
