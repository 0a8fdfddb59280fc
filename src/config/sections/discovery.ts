import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const discovery: Section<Config['discovery']> = {
  doc: 'How the containers are found.',
  properties: {
    source: {
      doc: "Who is asked for the containers: Docker's API, the cgroups that can be seen, or (auto) the API where it answers and else the cgroups.",
      format: 'choice',
      choices: ['auto', 'docker', 'cgroup'],
      default: 'auto',
    },
  },
};
