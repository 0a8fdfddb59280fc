import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const resource: Section<Config['resource']> = {
  doc: 'The attributes that say whose the values are.',
  properties: {
    attributes: {
      doc: 'Attributes of every Resource, as KEY: VALUE; they override no service.* or container.* of a container.',
      format: 'text-map',
      default: {},
    },
    serviceName: {
      doc: 'The service.name of the agent itself, never of a container.',
      format: 'text',
      default: 'plimsoll',
    },
    containerService: {
      doc: 'Whether containers get service.name (Compose or Swarm service, else their name) and service.instance.id.',
      format: 'flag',
      default: true,
    },
    containerCommand: {
      doc: 'Whether containers get container.command: the program they run, without its arguments.',
      format: 'flag',
      default: false,
    },
    onPoints: {
      doc: 'Names of resource attributes that every point of a container carries, too, such as container.name: for back-ends that tell series apart by the attributes of points only.',
      format: 'text-list',
      default: [],
    },
    imageDigests: {
      doc: "Whether containers get container.image.repo_digests; the engine's API is asked once for each image.",
      format: 'flag',
      default: false,
    },
  },
};
