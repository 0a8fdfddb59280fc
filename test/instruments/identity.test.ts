import { describe, expect, it } from 'vitest';
import { containerAttributes, type IdentityOptions } from '../../src/instruments/identity.ts';
import { container } from '../fakes/containers.ts';

const options = (more: Partial<IdentityOptions> = {}): IdentityOptions => ({
  base: {},
  service: true,
  isLabelWanted: () => false,
  ...more,
});

const web = container('web', {
  image: { name: 'docker.io/library/redis', tags: ['7', '7-alpine'], id: 'sha256:5' },
  labels: { 'com.docker.compose.service': 'shop', 'com.docker.swarm.service.name': 'swarmed', secret: 'value' },
});

describe('Resource of a container', () => {
  it('names the container, its image and its service', () => {
    expect(containerAttributes(web, options())).toEqual({
      'container.id': 'id-web',
      'container.name': 'web',
      'container.runtime.name': 'docker',
      'container.image.name': 'docker.io/library/redis',
      'container.image.tags': ['7', '7-alpine'],
      'container.image.id': 'sha256:5',
      'service.name': 'shop',
      'service.instance.id': 'id-web',
    });
  });

  it.each([
    [{ 'com.docker.swarm.service.name': 'swarmed' }, 'swarmed'],
    [{ 'com.docker.compose.service': '' }, 'web'],
    [{}, 'web'],
  ])('takes the service of labels %j to be %s', (labels, name) => {
    expect(containerAttributes(container('web', { labels }), options())['service.name']).toBe(name);
  });

  it('has no service where that is switched off', () => {
    const attributes = containerAttributes(web, options({ service: false }));
    expect(attributes).not.toHaveProperty('service.name');
    expect(attributes).not.toHaveProperty('service.instance.id');
  });

  it('lets nothing that is set for all override what the container is', () => {
    const base = {
      'service.name': 'mine',
      'container.id': 'mine',
      'host.name': 'box',
      'deployment.environment.name': 'test',
    };
    expect(containerAttributes(web, options({ base }))).toMatchObject({
      'service.name': 'shop',
      'container.id': 'id-web',
      'host.name': 'box',
      'deployment.environment.name': 'test',
    });
  });

  it('carries the labels that are wanted, and only those', () => {
    const attributes = containerAttributes(web, options({ isLabelWanted: (key) => key.includes('compose') }));
    expect(attributes['container.label.com.docker.compose.service']).toBe('shop');
    expect(attributes).not.toHaveProperty('container.label.secret');
  });

  it('carries no more labels than one container should have', () => {
    const labels = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`key-${at}`, 'x']));
    const attributes = containerAttributes(container('web', { labels }), options({ isLabelWanted: () => true }));
    expect(Object.keys(attributes).filter((key) => key.startsWith('container.label.'))).toHaveLength(64);
  });

  it('says nothing of an image that is not known', () => {
    const attributes = containerAttributes(container('web', { image: { tags: [] } }), options());
    expect(Object.keys(attributes).filter((key) => key.includes('image'))).toEqual([]);
  });
});
