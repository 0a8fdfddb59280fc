import { Agent, get } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { inspectDocument } from '../fakes/docker-documents.ts';
import { containerFiles, openMadeHost } from './made-host.ts';

/*
 * S11 of the 2021 program: it made a client of the engine in each collection and closed none, so that each left a connection
 * open; and it listed the containers each time. There is one client: it lists once, follows one stream of events, and asks
 * nothing while nothing changes, least of all for the statistics, which cost the engine the most (moby#23188, #39664).
 */

const CYCLES = 10;

async function oldWay(socketPath: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await new Promise<void>((resolve, reject) => {
    const request = get({ socketPath, agent, path: '/containers/json' }, (response) => {
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
  });
}

it('many cycles use one connection and ask nothing', async () => {
  const host = await openMadeHost({
    containers: [inspectDocument({ id: 'a1', pid: 100 })],
    files: containerFiles('a1', { 100: {} }),
  });
  await host.cycle();
  await expect.poll(host.engine.listeners).toBe(1);
  expect(host.engine.requests.filter((request) => /stats|size=/.test(request))).toEqual([]);
  host.engine.requests.length = 0;
  for (let cycle = 0; cycle < CYCLES; cycle++) await host.cycle();
  expect(host.engine.requests).toEqual([]);
  await expect.poll(host.engine.connections).toBe(1);

  for (let cycle = 0; cycle < CYCLES; cycle++) await oldWay(host.engine.socketPath);
  expect(await host.engine.connections()).toBe(1 + CYCLES);
  expect(host.engine.requests).toHaveLength(CYCLES);
});
