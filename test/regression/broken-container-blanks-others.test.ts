import { get } from 'node:http';
import { expect, it } from 'vitest';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import type { Fault } from '../fakes/docker-engine.ts';
import { containerFiles, type MadeHost, openMadeHost, valuesOf } from './made-host.ts';

/*
 * telegraf#1133, #7615: one container that the engine could not answer for, or never answered for, cost all containers
 * their values. The others are measured, and it is asked about again later.
 */

const TIMEOUT_MS = 300;
const FAULTS: [string, Fault][] = [
  ['is refused', { status: 500 }],
  ['is no JSON', { body: '{"Id":' }],
  ['has no state', { body: `{"Id":"${containerId('a1')}"}` }],
  ['never comes', { delayMs: 4 * TIMEOUT_MS }],
];

/** Asks for all at once and uses what came when all of it is there. */
async function oldWay(host: MadeHost): Promise<number[]> {
  return await Promise.all(
    ['a1', 'b2'].map(async (id) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const path = `/containers/${containerId(id)}/json`;
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      get({ socketPath: host.engine.socketPath, path, signal }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve(body)).on('error', reject);
      }).on('error', reject);
      return (JSON.parse(await promise) as { State: { Pid: number } }).State.Pid;
    }),
  );
}

it.each(FAULTS)('a container about which the answer %s costs the others nothing', async (_name, fault) => {
  const host = await openMadeHost({
    containers: [
      inspectDocument({ id: 'a1', name: 'broken', pid: 100 }),
      inspectDocument({ id: 'b2', name: 'web', pid: 200 }),
    ],
    files: { ...containerFiles('a1', { 100: {} }), ...containerFiles('b2', { 200: { ticks: 250 } }) },
    settings: { 'docker.timeoutMs': TIMEOUT_MS },
  });
  host.engine.setFaults({ path: new RegExp(`${containerId('a1')}/json$`), ...fault });
  expect(valuesOf(await host.cycle(), 'web', 'container.process.cpu.time')).toEqual({ user: 2.5, system: 0 });
  await expect(oldWay(host)).rejects.toThrow();
});
