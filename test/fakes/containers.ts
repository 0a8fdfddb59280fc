import type { Container } from '../../src/sources/container.ts';

/** A running container as discovery hands it on. */
export function container(name: string, more: Partial<Container> = {}): Container {
  return {
    id: `id-${name}`,
    name,
    runtime: 'docker',
    image: { name: 'docker.io/library/busybox', tags: ['1.36'] },
    labels: {},
    state: 'running',
    startedAtMs: 1_700_000_000_000,
    network: { kind: 'own' },
    ...more,
  };
}
