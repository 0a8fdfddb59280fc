import type { Discovery } from './container.ts';

/**
 * The engine where it answers, else the cgroups that can be seen. Once an engine has answered it stays the source: that
 * it is away is normal, and the containers that it named go on being measured under their names.
 */
export function createAutoDiscovery({
  engine,
  cgroups,
}: {
  readonly engine: Discovery;
  readonly cgroups: Discovery;
}): Discovery {
  let engineSeen = false;
  return {
    async current() {
      const containers = await engine.current();
      engineSeen ||= engine.status().status === 'ok';
      return engineSeen ? containers : cgroups.current();
    },
    status: () => engine.status(),
    async close() {
      await Promise.all([engine.close(), cgroups.close()]);
    },
  };
}
