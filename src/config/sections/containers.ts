import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const containers: Section<Config['containers']> = {
  doc: 'Which containers are measured. The label plimsoll.enable=false leaves a container out, too.',
  properties: {
    include: {
      doc: 'Globs of the containers to measure: name:GLOB, image:GLOB, label:KEY=GLOB, or a GLOB of the name; none means all.',
      format: 'text-list',
      default: [],
    },
    exclude: {
      doc: 'Globs of the containers to leave out, written as in containers.include, which they beat.',
      format: 'text-list',
      default: [],
    },
    labels: {
      doc: 'Globs of the labels that become resource attributes container.label.KEY; at most 64 of a container, of 1024 characters each.',
      format: 'text-list',
      default: ['com.docker.compose.project', 'com.docker.compose.service', 'com.docker.swarm.service.name'],
    },
  },
};
