import type { Container } from '../../src/sources/container.ts';
import type { Resolved, Resolver } from '../../src/sources/resolution.ts';

/** A cycle of these containers. */
export function resolveAll(resolver: Resolver, containers: readonly Container[]): Resolved[] {
  resolver.begin();
  return containers.map((container) => resolver.resolve(container));
}
