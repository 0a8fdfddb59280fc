import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { createDocker, type Docker, type TestContainer } from './parts/docker.ts';
import { type Images, importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf, type ReceivedPoint } from './parts/points.ts';
import { createReleasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

const PATIENCE = { timeoutMs: 20 * INTERVAL_MS };
const UID = '0b5a4ad3-0b0b-4a6e-9d3c-3f0c1d2e4f5a';

/** A pod as cri-dockerd makes one: a sandbox with its namespaces, and containers that share its network. */
describeWith(['linux', 'root', 'docker', 'busybox', 'gcc', 'collector'], 'a Kubernetes pod on Docker', () => {
  const releasers = createReleasers();
  let docker: Docker;
  let images: Images;
  let collector: Collector;
  let sandbox: TestContainer;
  let application: TestContainer;

  const labels = (container: string, kind: string): string[] =>
    Object.entries({
      'io.kubernetes.docker.type': kind,
      'io.kubernetes.pod.name': 'shop-1',
      'io.kubernetes.pod.namespace': 'prod',
      'io.kubernetes.pod.uid': UID,
      'io.kubernetes.container.name': container,
    }).flatMap(([key, value]) => ['--label', `${key}=${value}`]);

  const points = async (): Promise<ReceivedPoint[]> => pointsOf(await collector.received());
  const ofPod = ({ resource }: ReceivedPoint) => resource['k8s.pod.uid'] === UID;

  beforeAll(async () => {
    docker = createDocker({ releasers });
    images = await importImages();
    collector = await startCollector({ releasers });
    const command = ['sleep', '1000'];
    sandbox = await docker.run({ image: images.busybox, flags: labels('POD', 'podsandbox'), command });
    const flags = [...labels('web', 'container'), '--network', `container:${sandbox.id}`];
    application = await docker.run({ image: images.busybox, flags, command });
    await startQuickAgent(releasers, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    await waitFor(
      'points of the application',
      async () => (await points()).find(({ resource }) => resource['container.id'] === application.id),
      PATIENCE,
    );
  });
  afterAll(() => releasers.release());

  it('has its network on a Resource of its own', async () => {
    const network = (await points()).filter(({ metric }) => metric.startsWith('k8s.pod.network.'));
    expect(new Set(network.map(({ metric }) => metric))).toEqual(
      new Set(['k8s.pod.network.io', 'k8s.pod.network.errors']),
    );
    for (const { resource } of network) {
      expect(resource).toMatchObject({ 'k8s.pod.name': 'shop-1', 'k8s.namespace.name': 'prod', 'k8s.pod.uid': UID });
      expect(resource).not.toHaveProperty('container.id');
    }
  });

  it('has no container for the sandbox, and no network for its containers', async () => {
    const all = (await points()).filter(ofPod);
    expect(all.filter(({ resource }) => resource['container.id'] === sandbox.id)).toEqual([]);
    const own = all.filter(({ resource }) => resource['container.id'] === application.id);
    expect(own[0]?.resource).toMatchObject({ 'k8s.container.name': 'web', 'k8s.pod.name': 'shop-1' });
    expect(own.some(({ metric }) => metric === 'container.cpu.time')).toBe(true);
    expect(own.filter(({ metric }) => metric.startsWith('container.network.'))).toEqual([]);
  });
});
