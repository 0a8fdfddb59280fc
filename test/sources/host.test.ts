import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { detectHost } from '../../src/sources/host.ts';
import { createTree } from './tree.ts';

describe('the attributes of the host', () => {
  it('are those of the system that we run in', async () => {
    expect(await detectHost('/')).toMatchObject({ 'host.name': hostname(), 'host.arch': expect.any(String) });
  });

  it('are those of the host whose root is mounted', async () => {
    const { root } = createTree({ 'etc/hostname': 'ship\n', 'etc/machine-id': '0123abcd\n' });
    expect(await detectHost(root)).toMatchObject({ 'host.name': 'ship', 'host.id': '0123abcd' });
  });

  it('have never our own id for a host that does not tell its own', async () => {
    for (const content of [{}, { 'etc/machine-id': '\n', 'etc/hostname/': '' }]) {
      const host = await detectHost(createTree(content).root);
      expect(host).not.toHaveProperty('host.id');
      expect(host['host.name']).toBe(hostname());
    }
  });
});
