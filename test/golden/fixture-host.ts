import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Protocol } from '../../src/push/encoding.ts';
import type { InspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../fakes/docker-engine.ts';
import { createWholeCycle, type WholeCycle, type WholeCycleOptions } from '../whole-cycle.ts';

const HOSTS = new URL('../fixtures/hosts/', import.meta.url).pathname;

export type FixtureHost = {
  /** A copy of the tree: a test may change it. */
  readonly root: string;
  readonly engine: FakeDockerEngine;
  /** What the engine said, by container name. */
  readonly documents: ReadonlyMap<string, InspectDocument>;
  readonly cycle: WholeCycle['run'];
  /** Names of the containers that discovery knows now. */
  discover(): Promise<string[]>;
  close(): Promise<void>;
};

/** The agent's own parts between a captured host and a request. */
export async function openFixtureHost(
  name: string,
  protocol: Protocol,
  more: Pick<WholeCycleOptions, 'settings' | 'log'> = {},
): Promise<FixtureHost> {
  const root = await mkdtemp(join(tmpdir(), 'plimsoll-host-'));
  await cp(join(HOSTS, name), root, { recursive: true, verbatimSymlinks: true });
  const engine = await createFakeDockerEngine();
  const documents = new Map<string, InspectDocument>();
  for (const document of JSON.parse(await readFile(join(root, 'engine.json'), 'utf8')) as InspectDocument[]) {
    engine.add(document);
    documents.set(document.Name.slice(1), document);
  }

  const { sources, run } = await createWholeCycle({ root, engine: engine.host, protocol, ...more });
  return {
    root,
    engine,
    documents,
    cycle: run,
    discover: async () => (await sources.discovery.current()).map((container) => container.name),
    async close() {
      await sources.discovery.close();
      await engine.close();
      await rm(root, { recursive: true });
    },
  };
}
