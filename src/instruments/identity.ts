import type { Attributes } from '@opentelemetry/api';
import type { Container } from '../sources/container.ts';
import {
  ATTR_CONTAINER_ID,
  ATTR_CONTAINER_IMAGE_ID,
  ATTR_CONTAINER_IMAGE_NAME,
  ATTR_CONTAINER_IMAGE_TAGS,
  ATTR_CONTAINER_LABEL,
  ATTR_CONTAINER_NAME,
  ATTR_CONTAINER_RUNTIME_NAME,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
} from './semconv.ts';

export type IdentityOptions = {
  /** `host.*` and whatever the user wants on every Resource. */
  readonly base: Attributes;
  /** Whether a container gets `service.name` and `service.instance.id`. */
  readonly service: boolean;
  /** Which labels become attributes. */
  readonly isLabelWanted: (key: string) => boolean;
};

/** The first of these labels that a container has names its service. */
const SERVICE_LABELS = ['com.docker.compose.service', 'com.docker.swarm.service.name'];

/** Labels beyond it are left out: they come from whoever runs containers. */
const MAX_LABELS = 64;

/** Resource attributes of a container. What is known of the container itself beats what the user set for all. */
export function containerAttributes(
  container: Container,
  { base, service, isLabelWanted }: IdentityOptions,
): Attributes {
  const { image } = container;
  // What names the agent or one service cannot name every container.
  const { [ATTR_SERVICE_NAME]: _name, [ATTR_SERVICE_INSTANCE_ID]: _instance, ...common } = base;
  return {
    ...common,
    [ATTR_CONTAINER_ID]: container.id,
    [ATTR_CONTAINER_NAME]: container.name,
    [ATTR_CONTAINER_RUNTIME_NAME]: container.runtime,
    ...(image.name !== undefined && { [ATTR_CONTAINER_IMAGE_NAME]: image.name }),
    ...(image.tags.length > 0 && { [ATTR_CONTAINER_IMAGE_TAGS]: [...image.tags] }),
    ...(image.id !== undefined && { [ATTR_CONTAINER_IMAGE_ID]: image.id }),
    ...labelAttributes(container.labels, isLabelWanted),
    ...(service && {
      [ATTR_SERVICE_NAME]: serviceName(container),
      [ATTR_SERVICE_INSTANCE_ID]: container.id,
    }),
  };
}

function serviceName({ labels, name }: Container): string {
  const label = SERVICE_LABELS.find((key) => labels[key]);
  return (label && labels[label]) || name;
}

function labelAttributes(labels: Container['labels'], isWanted: (key: string) => boolean): Attributes {
  const wanted = Object.entries(labels).filter(([key]) => isWanted(key));
  return Object.fromEntries(wanted.slice(0, MAX_LABELS).map(([key, value]) => [ATTR_CONTAINER_LABEL + key, value]));
}
