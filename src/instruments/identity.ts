import type { Attributes } from '@opentelemetry/api';
import type { OnLimit } from '../limits.ts';
import type { Container } from '../sources/container.ts';
import { createAttributeLimits } from './attribute-limits.ts';
import {
  ATTR_CONTAINER_COMMAND,
  ATTR_CONTAINER_ID,
  ATTR_CONTAINER_IMAGE_ID,
  ATTR_CONTAINER_IMAGE_NAME,
  ATTR_CONTAINER_IMAGE_REPO_DIGESTS,
  ATTR_CONTAINER_IMAGE_TAGS,
  ATTR_CONTAINER_LABEL,
  ATTR_CONTAINER_NAME,
  ATTR_CONTAINER_RUNTIME_NAME,
  ATTR_K8S_CONTAINER_NAME,
  ATTR_K8S_NAMESPACE_NAME,
  ATTR_K8S_POD_NAME,
  ATTR_K8S_POD_UID,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
} from './semconv.ts';

export type IdentityOptions = {
  /** `host.*` and whatever the user wants on every Resource. */
  readonly base: Attributes;
  /** Whether a container gets `service.name` and `service.instance.id`. */
  readonly service: boolean;
  /** Whether a container gets `container.command`. */
  readonly command?: boolean;
  /** Which labels become attributes. */
  readonly isLabelWanted: (key: string) => boolean;
  /** Hears of values that were cut and labels that were left out. */
  readonly onLimit?: OnLimit;
};

/** The first of these labels that a container has names its service. */
const SERVICE_LABELS = ['com.docker.compose.service', 'com.docker.swarm.service.name'];

/** The kubelet's labels on the containers that it has made. */
const KUBERNETES_LABELS = {
  [ATTR_K8S_POD_NAME]: 'io.kubernetes.pod.name',
  [ATTR_K8S_NAMESPACE_NAME]: 'io.kubernetes.pod.namespace',
  [ATTR_K8S_POD_UID]: 'io.kubernetes.pod.uid',
  [ATTR_K8S_CONTAINER_NAME]: 'io.kubernetes.container.name',
};

/** Resource attributes of a container. What is known of the container itself beats what the user set for all. */
export function containerAttributes(container: Container, options: IdentityOptions): Attributes {
  const { base, service } = options;
  const limits = createAttributeLimits(options.onLimit);
  // What names the agent or one service cannot name every container.
  const { [ATTR_SERVICE_NAME]: _name, [ATTR_SERVICE_INSTANCE_ID]: _instance, ...common } = base;
  if (container.isPodSandbox) return { ...common, ...limits.cut(podAttributes(container)) };
  return {
    ...common,
    ...limits.cut({
      [ATTR_CONTAINER_ID]: container.id,
      [ATTR_CONTAINER_NAME]: container.name,
      [ATTR_CONTAINER_RUNTIME_NAME]: container.runtime,
      ...imageAttributes(container.image),
      ...(options.command && container.command !== undefined && { [ATTR_CONTAINER_COMMAND]: container.command }),
      ...kubernetesAttributes(container),
      ...limits.few(labelAttributes(container.labels, options.isLabelWanted)),
      ...(service && { [ATTR_SERVICE_NAME]: serviceName(container), [ATTR_SERVICE_INSTANCE_ID]: container.id }),
    }),
  };
}

function imageAttributes({ name, tags, id, repoDigests = [] }: Container['image']): Attributes {
  return {
    ...(name !== undefined && { [ATTR_CONTAINER_IMAGE_NAME]: name }),
    ...(tags.length > 0 && { [ATTR_CONTAINER_IMAGE_TAGS]: [...tags] }),
    ...(id !== undefined && { [ATTR_CONTAINER_IMAGE_ID]: id }),
    ...(repoDigests.length > 0 && { [ATTR_CONTAINER_IMAGE_REPO_DIGESTS]: [...repoDigests] }),
  };
}

/** The Resource of a pod: its own, not that of the container which stands for it. */
function podAttributes(container: Container): Attributes {
  const { [ATTR_K8S_CONTAINER_NAME]: _, ...attributes } = kubernetesAttributes(container);
  return attributes;
}

function kubernetesAttributes({ labels, podUid }: Container): Attributes {
  const labelled = Object.entries(KUBERNETES_LABELS).flatMap(([attribute, label]): [string, string][] => {
    const value = labels[label];
    return value ? [[attribute, value]] : [];
  });
  return { ...(podUid !== undefined && { [ATTR_K8S_POD_UID]: podUid }), ...Object.fromEntries(labelled) };
}

function serviceName({ labels, name }: Container): string {
  const label = SERVICE_LABELS.find((key) => labels[key]);
  return (label && labels[label]) || name;
}

function labelAttributes(labels: Container['labels'], isWanted: (key: string) => boolean): [string, string][] {
  const wanted = Object.entries(labels).filter(([key]) => isWanted(key));
  return wanted.map(([key, value]) => [ATTR_CONTAINER_LABEL + key, value]);
}
