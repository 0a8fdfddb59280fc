import { afterEach, beforeEach, expect, it } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { describeWith } from '../parts.ts';
import { createDocker } from './parts/docker.ts';
import { importImages } from './parts/images.ts';
import { startQuickAgent } from './parts/pipeline.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

const PATIENCE = { timeoutMs: 15_000 };

describeWith(['linux', 'root', 'docker', 'busybox', 'gcc', 'chromium'], 'the page of an agent with no endpoint', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  it('shows running containers with changing numbers, and one that starts then, and asks no other host', async () => {
    const docker = await createDocker({ releasers });
    const { programs } = await importImages();
    const first = await docker.run({ image: programs, command: ['load', '--threads', '1', '--seconds', '60'] });
    const { agent, statusUrl } = await startQuickAgent(releasers, {});
    expect(agent.stderr.join('\n')).toMatch(/pushing to the embedded receiver/);

    const { browser, close } = await launchChromium();
    releasers.add('chromium', close);
    const page = await browser.newPage();
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(statusUrl);

    const rowOf = (name: string) => page.locator('tbody tr', { hasText: name });
    await rowOf(first.name).waitFor({ timeout: PATIENCE.timeoutMs });
    const before = await rowOf(first.name).textContent();
    await waitFor(
      'changed numbers',
      async () => (await rowOf(first.name).textContent()) !== before || undefined,
      PATIENCE,
    );

    const second = await docker.run({ image: programs, command: ['load', '--seconds', '60'] });
    await rowOf(second.name).waitFor({ timeout: PATIENCE.timeoutMs });
    await docker.remove(second.id);
    await rowOf(second.name).waitFor({ state: 'detached', timeout: PATIENCE.timeoutMs });

    expect(new Set(requested.map((address) => new URL(address).origin))).toEqual(new Set([statusUrl]));
  });
});
