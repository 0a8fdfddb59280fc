import type { Logger } from '../log.ts';
import type { Discovery, DiscoveryStatus } from './container.ts';

export type AutoDiscoveryOptions = { readonly engine: Discovery; readonly cgroups: Discovery; readonly log: Logger };

/**
 * The engine where it answers, else the cgroups that can be seen. Once an engine has answered it stays the source: that
 * it is away is normal, and the containers that it named go on being measured under their names.
 */
export function createAutoDiscovery({ engine, cgroups, log }: AutoDiscoveryOptions): Discovery {
  let engineSeen = false;
  let said = false;
  return {
    async current() {
      const containers = await engine.current();
      engineSeen ||= engine.status().status === 'ok';
      // One that is slow would be told under other names and starts than it has for one cycle.
      if (engineSeen || isAwaited(engine.status())) return containers;
      if (!said) log.info('until a container engine answers, containers are taken from the cgroups that can be seen');
      said = true;
      return cgroups.current();
    },
    status: () => engine.status(),
    async close() {
      await Promise.all([engine.close(), cgroups.close()]);
    },
  };
}

const isAwaited = (status: DiscoveryStatus): boolean => status.status === 'away' && status.isAwaited === true;
