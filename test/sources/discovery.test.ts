import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/log.ts';
import type { Container, Discovery, DiscoveryStatus } from '../../src/sources/container.ts';
import { createAutoDiscovery } from '../../src/sources/discovery.ts';
import { container } from '../fakes/containers.ts';

const OK: DiscoveryStatus = { status: 'ok', source: 'docker' };
const AWAY: DiscoveryStatus = { status: 'away', source: 'docker', reason: 'no socket' };

function fake(names: string[], status: DiscoveryStatus) {
  const closed = { count: 0 };
  const state = { names, status };
  const discovery: Discovery = {
    current: async (): Promise<Container[]> => state.names.map((name) => container(name)),
    status: () => state.status,
    close: async () => void closed.count++,
  };
  return { discovery, state, closed };
}
const log = createLogger({ level: 'silent', format: 'json' });
const namesOf = async (discovery: Discovery) => (await discovery.current()).map(({ name }) => name);

describe('automatic discovery', () => {
  it('takes the engine where it answers, even with no container', async () => {
    const engine = fake([], OK);
    const auto = createAutoDiscovery({ engine: engine.discovery, cgroups: fake(['own'], OK).discovery, log });
    expect(await namesOf(auto)).toEqual([]);
  });

  it('takes the cgroups until the engine has answered once, and never again', async () => {
    const engine = fake([], AWAY);
    const auto = createAutoDiscovery({ engine: engine.discovery, cgroups: fake(['own'], OK).discovery, log });
    expect(await namesOf(auto)).toEqual(['own']);
    Object.assign(engine.state, { names: ['shop'], status: OK });
    expect(await namesOf(auto)).toEqual(['shop']);
    Object.assign(engine.state, { status: AWAY });
    expect(await namesOf(auto)).toEqual(['shop']);
    expect(auto.status()).toEqual(AWAY);
  });

  it('waits for the first answer of an engine that is slow', async () => {
    const engine = fake([], { ...AWAY, isAwaited: true });
    const auto = createAutoDiscovery({ engine: engine.discovery, cgroups: fake(['own'], OK).discovery, log });
    expect(await namesOf(auto)).toEqual([]);
    Object.assign(engine.state, { status: AWAY });
    expect(await namesOf(auto)).toEqual(['own']);
  });

  it('closes both', async () => {
    const [engine, cgroups] = [fake([], OK), fake([], OK)];
    await createAutoDiscovery({ engine: engine.discovery, cgroups: cgroups.discovery, log }).close();
    expect([engine.closed.count, cgroups.closed.count]).toEqual([1, 1]);
  });
});
