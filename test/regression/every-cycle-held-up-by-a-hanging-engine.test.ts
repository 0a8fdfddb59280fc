import { expect, it, onTestFinished } from 'vitest';
import { createDockerDiscovery } from '../../src/sources/docker/discovery.ts';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine } from '../fakes/docker-engine.ts';
import { createLogLines } from '../fakes/log-lines.ts';

const TIMEOUT_MS = 1_500;

// Each cycle of an engine that hung waited for docker.timeoutMs, and with intervals below it cycles were left out.
it('an engine that hangs holds up one cycle, and is listed again when it answers', async () => {
  const engine = await createFakeDockerEngine();
  onTestFinished(engine.close);
  const discovery = createDockerDiscovery({
    client: { host: engine.host, tlsVerify: false, certPath: '', timeoutMs: TIMEOUT_MS },
    intervalMs: 2 * TIMEOUT_MS,
    relistIntervalMs: 300_000,
    now: Date.now,
    random: () => 0.5,
    log: createLogLines().log,
  });
  onTestFinished(discovery.close);
  engine.add(inspectDocument({ id: 'a1' }));
  await expect.poll(discovery.current).toHaveLength(1);

  engine.setFaults({ delayMs: 20 * TIMEOUT_MS });
  engine.cutEvents();
  await expect.poll(discovery.gaps).toBe(1);
  const tookMs: number[] = [];
  for (let cycle = 0; cycle < 5; cycle++) {
    const startedAtMs = performance.now();
    expect(await discovery.current()).toHaveLength(1);
    tookMs.push(performance.now() - startedAtMs);
  }
  const [first, ...later] = tookMs;
  expect(first).toBeGreaterThan(0.9 * TIMEOUT_MS);
  expect(Math.min(...later), `${tookMs}`).toBeLessThan(first! / 2);
  expect(later.filter((each) => each > 0.8 * first!).length, `${tookMs}`).toBeLessThanOrEqual(1);

  engine.setFaults();
  engine.add(inspectDocument({ id: 'a2' }));
  await expect.poll(discovery.current, { timeout: 3 * TIMEOUT_MS }).toHaveLength(2);
});
