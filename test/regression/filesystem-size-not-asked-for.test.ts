import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * Whether the engine is asked for the size of a container's own layer went by the family's switch alone: a metric that
 * was included by its name had no series, and for one that was excluded by its name the engine was asked all the same.
 */

const open = (settings: Readonly<Record<string, unknown>>): Promise<MadeHost> =>
  openMadeHost({
    containers: [{ ...inspectDocument({ id: 'a1', name: 'web' }), SizeRw: 4096 }],
    files: containerFiles('a1', { 4242: {} }),
    settings,
  });

const wasAsked = ({ engine }: MadeHost): boolean => engine.requests.some((request) => /size=/.test(request));

/** The engine answers in the background, while cycles go on. */
async function cycleUntilAsked(host: MadeHost, most: number): Promise<void> {
  for (let cycle = 0; cycle < most && !wasAsked(host); cycle += 1) {
    await host.cycle();
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
  }
}

it('asks for what is included by its name', async () => {
  const host = await open({ 'metrics.include': ['container.filesystem.usage'] });
  await expect
    .poll(async () => valuesOf(await host.cycle(), 'web', 'container.filesystem.usage')[''], { timeout: 5_000 })
    .toBe(4096);
});

it('asks for nothing where the only metric that needs it is excluded', async () => {
  const host = await open({
    'metrics.filesystem.enabled': true,
    'metrics.exclude': ['container.filesystem.*'],
  });
  await cycleUntilAsked(host, 5);
  expect(wasAsked(host)).toBe(false);
});
