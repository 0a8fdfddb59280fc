import { describe, expect, it } from 'vitest';
import { MAX_VALUE_LENGTH } from '../../src/instruments/attribute-limits.ts';
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

  it('says which pod and which of its containers it is, after the labels and else after the cgroup', () => {
    const labels = {
      'io.kubernetes.pod.name': 'web-0',
      'io.kubernetes.pod.namespace': 'shop',
      'io.kubernetes.pod.uid': 'uid-of-label',
      'io.kubernetes.container.name': 'nginx',
    };
    expect(containerAttributes(container('k8s', { labels, podUid: 'uid-of-cgroup' }), options())).toMatchObject({
      'k8s.pod.name': 'web-0',
      'k8s.namespace.name': 'shop',
      'k8s.pod.uid': 'uid-of-label',
      'k8s.container.name': 'nginx',
    });
    const found = containerAttributes(container('k8s', { podUid: 'uid-of-cgroup' }), options());
    expect(found).toMatchObject({ 'k8s.pod.uid': 'uid-of-cgroup' });
    expect(found).not.toHaveProperty('k8s.pod.name');
  });

  it('has the command only where that is wanted, and the digests of the image where they are known', () => {
    const server = container('web', { command: 'nginx', image: { tags: [], repoDigests: ['nginx@sha256:7'] } });
    expect(containerAttributes(server, options())).not.toHaveProperty('container.command');
    expect(containerAttributes(server, options({ command: true }))).toMatchObject({
      'container.command': 'nginx',
      'container.image.repo_digests': ['nginx@sha256:7'],
    });
  });

  it('is that of the pod for what stands for a pod', () => {
    const labels = {
      'io.kubernetes.pod.name': 'shop-1',
      'io.kubernetes.pod.namespace': 'prod',
      'io.kubernetes.pod.uid': 'u1',
      'io.kubernetes.container.name': 'POD',
    };
    const sandbox = container('k8s_POD_shop-1', { labels, isPodSandbox: true });
    expect(
      containerAttributes(sandbox, options({ base: { 'host.name': 'node-1' }, isLabelWanted: () => true })),
    ).toEqual({
      'host.name': 'node-1',
      'k8s.pod.name': 'shop-1',
      'k8s.namespace.name': 'prod',
      'k8s.pod.uid': 'u1',
    });
  });

  it('cuts values, leaves out labels that are too many or too long, and says so', () => {
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`label-${index}`, 'x']));
    const labels = { long: `${'x'.repeat(MAX_VALUE_LENGTH - 1)}\u{1F433}`, ['k'.repeat(400)]: 'x', ...many };
    const met: [string, number | undefined][] = [];
    const attributes = containerAttributes(
      container('web', { labels }),
      options({ isLabelWanted: () => true, onLimit: (limit, leftOut) => met.push([limit, leftOut]) }),
    );
    const taken = Object.keys(attributes).filter((name) => name.startsWith('container.label.'));
    expect(taken).toHaveLength(64);
    expect(attributes['container.label.long']).toBe('x'.repeat(MAX_VALUE_LENGTH - 1));
    expect(met).toEqual([
      ['attributeKey', 1],
      ['labelAttributes', 7],
      ['attributeValue', undefined],
    ]);
  });
});
