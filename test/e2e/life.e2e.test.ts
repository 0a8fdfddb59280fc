import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { describeWith } from '../parts.ts';
import { startAgent } from './parts/agent.ts';
import { startCollector } from './parts/collector.ts';
import { freePort } from './parts/free-port.ts';
import { startQuickAgent } from './parts/pipeline.ts';
import { pointsOf } from './parts/points.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';
import { waitFor } from './parts/wait.ts';

const PATIENCE = { timeoutMs: 15_000 };

describeWith(['linux', 'collector'], 'the life of the process', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends with a last push and status 0 at ${signal}`, async () => {
      const collector = await startCollector({ releasers });
      // One cycle at the start, and the next one far away: what comes at the end is the last cycle.
      const slow = { collection: { intervalMs: 3_600_000 } };
      const { agent } = await startQuickAgent(releasers, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, slow);
      await agent.waitForLine(/pushing/, PATIENCE);
      const signalledAt = Date.now() / 1000;
      agent.signal(signal);
      expect(await agent.exited).toMatchObject({ code: 0 });
      const last = pointsOf(await collector.received()).filter(({ timeSeconds }) => timeSeconds >= signalledAt);
      expect(last.length).toBeGreaterThan(0);
    });
  }

  it('ends in time though the Collector never answers', async () => {
    const silent = `http://127.0.0.1:${await freePort()}`;
    const config = { shutdown: { timeoutMs: 1_000 } };
    const { agent } = await startQuickAgent(releasers, { OTEL_EXPORTER_OTLP_ENDPOINT: silent }, config);
    const startedAt = performance.now();
    agent.signal('SIGTERM');
    expect(await agent.exited).toMatchObject({ code: 0 });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(agent.stderr.join('\n')).toMatch(/stopping with batches unsent/);
  });

  it('reads its configuration again at SIGHUP, and keeps the old one where the new one is wrong', async () => {
    const first = await startCollector({ releasers });
    const second = await startCollector({ releasers });
    const file = join(await createTempDir(releasers), 'plimsoll.yaml');
    const status = { address: `127.0.0.1:${await freePort()}` };
    const write = (push: object) => writeFile(file, stringify({ collection: { intervalMs: 1_000 }, status, push }));
    await write({ endpoint: first.endpoint });
    const agent = await startAgent({ releasers, flags: ['--config', file] });
    const arrives = (collector: typeof first) =>
      waitFor('points', async () => pointsOf(await collector.received()).length > 0 || undefined, PATIENCE);
    await arrives(first);

    await write({ endpont: second.endpoint });
    agent.signal('SIGHUP');
    expect(await agent.waitForLine(/not read again/, PATIENCE)).toMatch(/push\.endpont.*push\.endpoint/);

    await write({ endpoint: second.endpoint });
    agent.signal('SIGHUP');
    await agent.waitForLine(/configuration read again/, PATIENCE);
    await arrives(second);
    expect(agent.hasExited()).toBe(false);
  });
});
